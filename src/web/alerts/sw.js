// The page's service worker. It shows notifications and opens what they tell of; it keeps no
// page and answers no request, so the server is always the one who says what the page is.
addEventListener("install", () => skipWaiting())
addEventListener("activate", (event) => event.waitUntil(clients.claim()))
addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data))
})

// The tab that was used last shows it, and comes to the front.
async function open(path) {
  const tabs = await clients.matchAll({ type: "window", includeUncontrolled: true })
  const tab = tabs.find(({ url }) => /^\/(r\/.*)?$/.test(new URL(url).pathname))
  if (tab === undefined) return clients.openWindow(path)
  tab.postMessage(path)
  await tab.focus()
}
