/**
 * What the server said when it let nobody in. A browser's websocket keeps that to itself; a
 * request of the polling transport brings the status and the reason, deep in the error.
 */
import { isRecord, isString } from "./kept.ts"

export interface HandshakeRefusal {
  /** Of HTTP. With 403 trying again is pointless until somebody changes something. */
  readonly status: number
  /** The server's sentence, in English. */
  readonly told: string
}

/** `undefined` where no server of ours answered. */
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
