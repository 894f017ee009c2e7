/**
 * The note of an upload beside its bytes, so that it can continue after the process has
 * ended: a line that says whose it is and how long, and one more line each time its bytes
 * were synced. Bytes after the last line are sent again, since a power cut may have left
 * anything there. An incomplete line does not count.
 */
import { constants } from "node:fs"
import { appendFile, readFile, stat, truncate, writeFile } from "node:fs/promises"
import type { UserId } from "../contract/values.ts"
import { codeOf } from "../observe/operator-error.ts"

/** Who sends a file, and what it is called. */
export interface Origin {
  /** As the sender gave it. */
  readonly name: string | null
  /** `null` where nobody is known. */
  readonly ownerId: UserId | null
}

export interface Begun extends Origin {
  /** Who may continue it: a user, or an address where nobody is identified. */
  readonly owner: string
  readonly length: number
}

export const begunEnding = ".begun"

const noteOf = (path: string) => path + begunEnding

export async function noteBegun(path: string, begun: Begun): Promise<void> {
  await writeFile(noteOf(path), `${JSON.stringify(begun)}\n`, { flag: "wx", mode: 0o600 })
}

/** So many bytes are on disk. */
export async function noteSafe(path: string, bytes: number): Promise<void> {
  // Not created again if the upload has ended meanwhile.
  await appendFile(noteOf(path), `${bytes}\n`, { flag: constants.O_WRONLY | constants.O_APPEND })
}

/** Cuts off what may be incomplete. Undefined if it cannot continue. */
export async function readBegun(path: string): Promise<Begun | undefined> {
  const note = (await ifThere(() => readFile(noteOf(path), "latin1"))) ?? ""
  const [first = "", ...noted] = note.split("\n").slice(0, -1)
  const begun = parsed(first)
  const torn = noted.findIndex((line) => !/^\d{1,15}$/.test(line))
  const safe = torn < 0 ? noted : noted.slice(0, torn)
  const bytes = Number(safe.at(-1) ?? 0)
  if (begun === undefined || bytes > begun.length) return undefined
  const size = (await ifThere(() => stat(path)))?.size ?? 0
  if (size < bytes) return undefined
  if (size > bytes) await truncate(path, bytes)
  // Otherwise the next line would be appended to an incomplete one, and mean something else.
  const whole = [first, ...safe, ""].join("\n").length
  if (whole < note.length) await truncate(noteOf(path), whole)
  return begun
}

/** When it last grew, by the system's clock. */
export async function lastMsOf(path: string): Promise<number> {
  const found = await Promise.all([path, noteOf(path)].map((one) => ifThere(() => stat(one))))
  return Math.max(0, ...found.map((one) => one?.mtimeMs ?? 0))
}

/** A power cut may have left other bytes in its place. */
function parsed(line: string): Begun | undefined {
  try {
    // The bytes of UTF-8, one by one, so that lengths are those of the file.
    const begun: unknown = JSON.parse(Buffer.from(line, "latin1").toString())
    return isBegun(begun) ? begun : undefined
  } catch {
    return undefined
  }
}

function isBegun(value: unknown): value is Begun {
  const { owner, length } = (value ?? {}) as Partial<Begun>
  return typeof owner === "string" && Number.isSafeInteger(length)
}

/** Undefined if there is no such file. A file that cannot be read for now does not count as lost. */
async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}
