/** The state of the server, for administrators. */
import { ChatError } from "../contract/errors.ts"
import type { requests } from "../contract/server.ts"
import type { Handlers } from "./request.ts"
import type { Session } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  get_server: {
    isRead: true,
    run: (chat, { session, request }, settle) => {
      session.actAs(request.userId)
      checkAdmin(session)
      if (chat.describeServer === undefined)
        throw new ChatError("ERR_FORBIDDEN", { message: "This server tells nothing of itself." })
      chat.describeServer().then(
        (told) => settle({ effects: [], answer: { ok: true, server: { ...told, online: chat.online.here } } }),
        (cause) => settle(new ChatError("ERR_INTERNAL", { cause })),
      )
    },
  },
}

/** Throws ERR_FORBIDDEN for everybody else, and where nobody is known. */
function checkAdmin(session: Session): void {
  if (!session.isAdmin) throw new ChatError("ERR_FORBIDDEN", { message: "Only administrators may do this." })
}
