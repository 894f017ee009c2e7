/** Where there is nothing: a page for people, who followed a link or mistyped one, and a sentence in JSON for programs. */
import { refused } from "./failures.ts"
import { isForPeople, peoplePage } from "./people-page.ts"

const page = { title: "Page not found", sentence: "The link may be incomplete, or the address mistyped." }

export function notFound(request: Request): Response {
  if (isForPeople(request)) return peoplePage(404, page)
  const message = "There is nothing here; Socket.IO is at /socket.io/, and its documents at /docs."
  return refused(404, "ERR_NOT_FOUND", message, { headers: { Vary: "Accept" } })
}
