/** The HTTP half of the port: who answers which routes, all behind one gate. */

import { door } from "../../door.ts"
import type { Port } from "../options.ts"
import { AccountRequests } from "./accounts.ts"
import { Proxies } from "./address.ts"
import { FileRequests } from "./files.ts"
import { Gate } from "./gate.ts"
import { memoized } from "./memoized.ts"
import { Readiness } from "./readiness.ts"
import { createFetch } from "./routes.ts"
import { SocketIoRequests } from "./socket-io.ts"

const ownDataModule = door(() => import("./own-data.ts"))
const oidcModules = door(() => Promise.all([import("./oidc.ts"), import("../identity/provider.ts")]))

interface Http {
  readonly fetch: ReturnType<typeof createFetch>
  /** The largest body of any route. */
  readonly bodyBytesMax: number
}

export function openHttp(port: Port): Http {
  const { engine, wires, origins, identify, limiter, incidents, clock, accounts, auth, isStopping, address } = port
  const { provider: settings } = port
  const { elapsedMs, epochMs } = clock
  const proxies = new Proxies(port.trustedProxies, incidents)
  const gate = new Gate({ origins, proxies, limiter, incidents, clock })
  const { files: kept, uploads } = port
  const files = new FileRequests({ files: kept, uploads, gate, identify, limiter, incidents, clock, isStopping })
  const ownData = memoized(async () => {
    const { OwnDataRequests } = await ownDataModule()
    return new OwnDataRequests({ store: port.store, origins, limiter, incidents, clock, address })
  }, clock)
  const oidc = memoized(async () => {
    const [{ OidcRequests }, { Provider }] = await oidcModules()
    const provider = settings && new Provider({ ...settings, incidents, elapsedMs })
    return new OidcRequests({ gate, origins, accounts, provider, incidents, epochMs, isStopping })
  }, clock)
  const api = new AccountRequests({
    gate,
    origins,
    auth,
    version: port.version,
    fileBytesMax: kept.bytesMax,
    accounts,
    signInWith: settings?.name,
    incidents,
    ownData,
    isStopping,
  })
  const readiness = new Readiness(port.store, port.failures, clock, port.servedAt)
  const fetch = createFetch({
    gate,
    socketIo: new SocketIoRequests({ engine, wires, gate, limiter, incidents, clock, isStopping }),
    api,
    oidc,
    files,
    reasonsNotReady: async () => (isStopping() ? ["The server is stopping."] : await readiness.check()),
    warnings: port.warnings ?? (() => []),
    clock,
    served: () => ({ address: address(), auth }),
    metrics: port.metrics,
  })
  return { fetch, bodyBytesMax: files.bodyBytesMax }
}
