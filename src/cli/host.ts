/** For a name that it cannot resolve, the runtime says that the port is in use: so the name is resolved first. */
import { lookup } from "node:dns/promises"
import { codeOf, OperatorError } from "../observe/operator-error.ts"

/** Throws an OperatorError when there is no such name. */
export async function checkHost(host: string): Promise<void> {
  try {
    await lookup(host)
  } catch (cause) {
    throw new OperatorError(
      `HOST=${host} is no name that this machine knows (${codeOf(cause)}): set HOST, or --host, to one of its addresses, such as 127.0.0.1.`,
      { cause },
    )
  }
}
