/**
 * Registers the service worker. The page's policy allows no text as the address of a
 * script, except through this policy, which knows a single address.
 */
const path = "/sw.js"

interface ScriptUrls {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: () => string },
  ) => { readonly createScriptURL: (input: string) => string }
}

declare global {
  /** Not in every browser, and not in the types yet. It does not return a string, but is accepted as one. */
  var trustedTypes: ScriptUrls | undefined
}

let trusted: string | undefined

export async function registerWorker(): Promise<ServiceWorkerRegistration> {
  // The server allows the policy to be made once.
  trusted ??= globalThis.trustedTypes
    ?.createPolicy("warren-worker", { createScriptURL: () => path })
    .createScriptURL("")
  await navigator.serviceWorker.register(trusted ?? path)
  return navigator.serviceWorker.ready
}
