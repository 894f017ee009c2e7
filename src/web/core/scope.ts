/** What the parts of a room share: the user, how to send requests, and whether that is possible now. */
import type { Clock } from "./clock.ts"
import type { Connection } from "./connection.ts"
import type { User } from "./identity.ts"
import type { Kept } from "./kept.ts"

export interface RoomScope {
  readonly roomId: string
  readonly connection: Connection
  readonly clock: Clock
  readonly user: () => User
  readonly isJoined: () => boolean
  /** The server says that we are not in the room. */
  readonly rejoin: () => void
  /** Shared by the tabs of the browser. */
  readonly kept: Kept
  /** This tab's own. */
  readonly keptInTab: Kept
}
