/** What the chat asks of whoever put the server together: all that it does not know itself of how the server is. */
import type { ServerState } from "../contract/server.ts"

/** Takes constant work, and leaves out what cannot be known just now. */
export type DescribeServer = () => Promise<Omit<ServerState, "online">>
