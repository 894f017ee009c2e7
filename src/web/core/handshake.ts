/**
 * The server's reason for refusing a connection. A browser's websocket hides it; the
 * polling transport has the status and the reason, deep in its error.
 */
import { isRecord, isString } from "./kept.ts"

export interface HandshakeRefusal {
  /** The HTTP status. After 403, retrying is pointless until somebody changes something. */
  readonly status: number
  /** The server's sentence, in English. */
  readonly told: string
}

/** `undefined` if no Warren server answered. */
export function refusalIn(error: unknown): HandshakeRefusal | undefined {
  const request = isRecord(error) ? error["context"] : undefined
  if (!isRecord(request) || !isString(request["responseText"])) return undefined
  const body = parsed(request["responseText"])
  const told = isRecord(body) ? body["message"] : undefined
  return isString(told) ? { status: Number(request["status"]), told } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
