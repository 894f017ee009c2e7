/**
 * JSON written once and sent many times: a broadcast and the ack that repeats its payload share one text.
 *
 * A `Json` stands for its value in an emit and in an ack: JsonEncoder copies its text into the packet.
 */

import { Encoder, type Packet, PacketType } from "socket.io-parser"
import { written, textOf as writtenText } from "../../chat/written.ts"
import { ChatError } from "../../contract/errors.ts"
import { Json } from "../../contract/json.ts"

/** For what is sent only once: it is already text, so it need not be searched for binary data. */
export function jsonOf<T>(value: T): Json<T> {
  return new Json(JSON.stringify(value))
}

/** For a list that is sent to others too, one after another: the messages of a room that many enter. */
export function listJson<T>(value: T): Json<T> {
  if (!Array.isArray(value) || value.length === 0) return jsonOf(value)
  const known = writtenText(value)
  if (known !== undefined) return new Json(known)
  const json = jsonOf(value)
  written(value, json.text)
  return json
}

let latest: Json | undefined
let latestOf: object | undefined

/** The JSON of an object that is sent again right after this, and does not change meanwhile. */
export function sharedJson<T extends object>(value: T): Json<T> {
  if (latest === undefined || latestOf !== value) latest = new Json(JSON.stringify(value))
  latestOf = value
  return latest as Json<T>
}

/**
 * For an answer: parts that were encoded before, because they were just sent or are sent to many, are not encoded
 * again.
 */
export function encodedOnce<T extends object>(answer: T | Json<T>): Json<T> {
  if (answer instanceof Json) return answer
  let fields = ""
  for (const name of Object.keys(answer) as (keyof T & string)[]) {
    const text = knownText(answer[name]) ?? JSON.stringify(answer[name])
    if (text !== undefined) fields += `${fields === "" ? "" : ","}${JSON.stringify(name)}:${text}`
  }
  return new Json(`{${fields}}`)
}

function knownText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined
  return value === latestOf ? latest?.text : writtenText(value)
}

/** For the `parser` option of a Socket.IO server, with the stock Decoder beside it. */
export class JsonEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const { type, nsp, id = "" } = packet
    if (type === PacketType.CONNECT_ERROR) return super.encode({ ...packet, data: withCode(packet.data) })
    const data = type === PacketType.EVENT || type === PacketType.ACK ? listed(packet.data) : undefined
    if (data === undefined) return super.encode(packet)
    return [`${type}${nsp === "/" ? "" : `${nsp},`}${id}${data}`]
  }
}

/** Socket.IO itself refuses a namespace that there is not, and says so in words alone. */
function withCode(error: unknown): unknown {
  if (typeof error !== "object" || error === null || "data" in error || !("message" in error)) return error
  const { code, message } = new ChatError("ERR_NOT_FOUND", { message: "There is no such namespace." })
  return { ...error, data: { code, message } }
}

/** Undefined if a value is an object other than `Json`: it may contain binary data, which is sent separately. */
function listed(values: readonly unknown[]): string | undefined {
  let text = ""
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === "object" && value !== null && !(value instanceof Json)) return undefined
    text += i === 0 ? textOf(value) : `,${textOf(value)}`
  }
  return `[${text}]`
}

function textOf(value: unknown): string {
  return value instanceof Json ? value.text : (JSON.stringify(value) ?? "null")
}
