/** The page, and the page that it shows how to write, in a real browser. */
import { afterAll, beforeAll, expect } from "bun:test"
import { join } from "node:path"
import pageClient from "../../../src/docs/snippets/page.html.txt" with { type: "text" }
import { startWithAdmin } from "../../support/accounts.ts"
import { startTestApp, type TestApp } from "../../support/app.ts"
import { missing, testUnless } from "../../support/programs.ts"

const root = join(import.meta.dir, "../../..")
const testInBrowser = testUnless(missing("chromium"))

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

testInBrowser(
  "the page is styled, fits a narrow screen, and its code can be copied with this server's address",
  async () => {
    const { view, errors } = browser({ width: 320, height: 640 })
    await using _ = view
    await view.navigate(`${app.url}/docs`)
    const found = (await view.evaluate(`({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ground: getComputedStyle(document.documentElement).backgroundColor,
      codes: document.querySelectorAll(".code").length,
      buttons: document.querySelectorAll(".code > button").length,
      isFolded: !document.querySelector("nav details").open,
      addresses: document.body.textContent.match(/http:\\/\\/(localhost|127)[^"'\\s:]*:\\d+/g),
    })`)) as Record<string, unknown>
    expect(found).toMatchObject({ overflow: 0, ground: expect.stringMatching(/^rgb/), isFolded: true })
    expect(found["codes"]).toBeGreaterThan(40)
    expect(found["buttons"]).toBe(found["codes"])
    expect(new Set(found["addresses"] as string[])).toEqual(new Set([app.url]))

    // The clipboard is closed to a page that nobody has clicked in: the code is selected then.
    await view.evaluate(`document.querySelector(".code button").click()`)
    await view.evaluate("new Promise((resolve) => setTimeout(resolve))")
    expect(await view.evaluate(`document.querySelector(".code button").textContent`)).toMatch(
      /^(Copied|Press Ctrl\+C)$/,
    )
    expect(await view.evaluate(`document.querySelector("#said").textContent`)).not.toBe("")
    expect(errors).toEqual([])
  },
  120_000,
)

testInBrowser(
  "the page of the snippet joins the public room, and shows what is said as text",
  async () => {
    using site = serveSnippet()
    const { view, errors } = browser({ width: 800, height: 600 })
    await using _ = view
    await view.navigate(site.url.href)
    const said = "<img src=x onerror=console.error(1)>"
    await view.evaluate(`new Promise((resolve) => {
      const messages = document.querySelector("#messages")
      new MutationObserver(resolve).observe(messages, { childList: true })
      const text = document.querySelector("#text")
      const trying = setInterval(() => {
        if (messages.children.length > 0) return clearInterval(trying)
        text.value = ${JSON.stringify(said)}
        document.querySelector("form").requestSubmit()
      }, 100)
    })`)
    expect(await view.evaluate(`document.querySelector("#messages li").textContent`)).toBe(`Ann: ${said}`)
    expect(await view.evaluate(`document.querySelectorAll("#messages img").length`)).toBe(0)
    // What was submitted before the room was joined was refused, and told as such.
    expect(errors.filter((error) => !/^ERR_(VALIDATION|NOT_IN_ROOM) /.test(error))).toEqual([])
  },
  120_000,
)

testInBrowser(
  "[ACC9] the page of docs/accounts.md adds a passkey, and signs in with it",
  async () => {
    await using served = await startWithAdmin()
    const [, code = ""] =
      /## Passkeys\n[\s\S]*?```js\n([\s\S]*?)```/.exec(await Bun.file(join(root, "docs/accounts.md")).text()) ?? []
    const { view } = browser({ width: 800, height: 600 })
    await using _ = view
    await view.navigate(served.url.replace("127.0.0.1", "localhost"))
    await view.cdp("WebAuthn.enable")
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true }
    const willing = { isUserVerified: true, automaticPresenceSimulation: true }
    await view.cdp("WebAuthn.addVirtualAuthenticator", { options: { ...options, ...willing } })
    const me = { ...served.admin, login: "ann", username: "Ann" }
    const told = await view.evaluate(`(async () => {
      const me = ${JSON.stringify(me)}
      const socket = { emitWithAck: (event, payload) => new Promise((resolve) => {
        const frames = new WebSocket(location.origin.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket")
        frames.onmessage = ({ data }) => {
          if (data[0] === "0") frames.send("40" + JSON.stringify({ token: me.token }))
          if (data.startsWith("40")) frames.send("420" + JSON.stringify([event, payload]))
          if (data.startsWith("430")) resolve(JSON.parse(data.slice(3))[0])
        }
      }) }
      ${code}
      return [await addPasskey(me), await signIn()]
    })()`)
    expect(told).toMatchObject([
      { ok: true, passkey: { name: "Laptop" } },
      { ok: true, token: expect.any(String), user: { userId: me.userId } },
    ])
  },
  120_000,
)

function browser(size: { width: number; height: number }) {
  const errors: string[] = []
  const view = new Bun.WebView({
    ...size,
    backend: { type: "chrome", path: Bun.which("chromium") ?? "", argv: ["--no-sandbox"] },
    console: (type, ...args) => {
      if (type === "error" || type === "warn") errors.push(args.join(" "))
    },
  })
  return { view, errors }
}

/** The snippet on a site of its own, as a developer would serve it; the client comes from there instead of the CDN. */
function serveSnippet() {
  const client = "https://cdn.socket.io/4.8.4/socket.io.esm.min.js"
  expect(pageClient).toContain(client)
  const text = pageClient.replace(client, "/client.js").replace("http://localhost:3000", app.url)
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/": new Response(text, { headers: { "Content-Type": "text/html" } }),
      "/client.js": new Response(Bun.file(join(root, "node_modules/socket.io-client/dist/socket.io.esm.min.js"))),
    },
    fetch: () => new Response(null, { status: 204 }),
  })
}
