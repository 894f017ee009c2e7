/** Unknown paths: a page for people who followed or mistyped a link, and a sentence in JSON for programs. */
import { door } from "../../door.ts"
import { refused } from "./failures.ts"

const peoplePageModule = door(() => import("./people-page.ts"))

export async function notFound(request: Request): Promise<Response> {
  if (isForPeople(request)) {
    const { peoplePage } = await peoplePageModule()
    return peoplePage(request, { status: 404, trouble: "missing" })
  }
  const message = "There is nothing here; Socket.IO is at /socket.io/, and its documents at /docs."
  return refused(404, "ERR_NOT_FOUND", message, { headers: { Vary: "Accept" } })
}

/** Browsers ask for HTML by name, programs hardly ever do. */
export function isForPeople(request: Request): boolean {
  return /(?:^|[\s,])text\/html(?:$|[\s;,])/i.test(request.headers.get("accept") ?? "")
}
