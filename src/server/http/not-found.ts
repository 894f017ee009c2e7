/** Where there is nothing: a page for people, who followed a link or mistyped one, and a sentence in JSON for programs. */
import { refused } from "./failures.ts"
import { isForPeople, peoplePage } from "./people-page.ts"

export function notFound(request: Request): Response {
  if (isForPeople(request)) return peoplePage(request, { status: 404, trouble: "missing" })
  const message = "There is nothing here; Socket.IO is at /socket.io/, and its documents at /docs."
  return refused(404, "ERR_NOT_FOUND", message, { headers: { Vary: "Accept" } })
}
