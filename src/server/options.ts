/** What a server is made of, and what its two halves, sockets and HTTP, share. */

import type { Server as SocketServer, ServerOptions as SocketServerOptions } from "socket.io"
import type { Accounts } from "../accounts/accounts.ts"
import type { Chat } from "../chat/chat.ts"
import type { ChatStore } from "../chat/store.ts"
import type { Auth } from "../contract/accounts.ts"
import type { Files } from "../files/files.ts"
import type { ResumableUploads } from "../files/resumable.ts"
import type { Incidents } from "../observe/incidents.ts"
import type { StorageFailures } from "../observe/storage-failures.ts"
import type { Clock } from "./clock.ts"
import type { DirectEngine } from "./engine/engine.ts"
import type { Wires } from "./engine/wires.ts"
import type { MetricsOptions } from "./http/metrics.ts"
import type { OriginRules } from "./http/origin.ts"
import type { Identify } from "./identity/identify.ts"
import type { ProviderSettings } from "./identity/provider.ts"
import type { Limiter } from "./limits/limiter.ts"

/** How a broadcast reaches the sockets of a room. */
interface Broadcasting {
  readonly adapter: NonNullable<SocketServerOptions["adapter"]>
  readonly publishThrough: (io: SocketServer, publisher: Pick<Bun.Server<unknown>, "publish">) => void
  readonly close: () => void
}

export interface ServerOptions {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly chat: Chat
  readonly store: ChatStore
  readonly files: Files
  readonly uploads: ResumableUploads
  readonly failures: StorageFailures
  readonly incidents: Incidents
  readonly clock: Clock
  readonly broadcasting: Broadcasting
  readonly publicUrl: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  /** None unless a token says who somebody is. */
  readonly byToken: Identify | undefined
  readonly auth: Auth
  readonly version: string
  /** None unless the server keeps its people itself. */
  readonly accounts: Accounts | undefined
  /** None unless people may sign in with one. */
  readonly provider?: ProviderSettings | undefined
  readonly isLimited: boolean
  /** The time to store with the data as when it was last served. */
  readonly servedAt?: () => number
  /** Warnings for readiness checks. */
  readonly warnings?: () => readonly string[]
  /** Serves metrics on this port; asked for at each request. */
  readonly metrics?: () => MetricsOptions | undefined
}

/** One port, with what both its halves work with. */
export interface Port extends ServerOptions {
  readonly engine: DirectEngine
  readonly wires: Wires
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly origins: OriginRules
  /** None when clients say who they are. */
  readonly identify: Identify | undefined
  /** Set once the server stops: nothing new is accepted. */
  readonly isStopping: () => boolean
  /** Where people reach it; known once it listens. */
  readonly address: () => string
}
