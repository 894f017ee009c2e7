/**
 * What is kept of an upload beside its bytes, so that it goes on when the process has ended:
 * a line that says whose it is and how long, and a line more each time that its bytes were
 * on disk. What came after the last of them comes again, since a power cut may have left
 * anything there. A line that was cut off itself does not count.
 */
import { constants } from "node:fs"
import { appendFile, readFile, stat, truncate, writeFile } from "node:fs/promises"
import type { UserId } from "../contract/values.ts"
import { codeOf } from "../observe/operator-error.ts"

/** Who sends a file, and what it is called. */
export interface Origin {
  /** As it was given. */
  readonly name: string | null
  /** `null` where nobody is known. */
  readonly ownerId: UserId | null
}

export interface Begun extends Origin {
  /** Who may go on with it: a user, or an address where nobody is known. */
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
  // Not made anew where the upload has ended meanwhile.
  await appendFile(noteOf(path), `${bytes}\n`, { flag: constants.O_WRONLY | constants.O_APPEND })
}

/** Cuts off what may not be whole. Nothing when it cannot go on. */
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
  // Otherwise the next line would go on where this one was torn, and say something else.
  const whole = [first, ...safe, ""].join("\n").length
  if (whole < note.length) await truncate(noteOf(path), whole)
  return begun
}

/** When it last went on, in the system's time. */
export async function lastMsOf(path: string): Promise<number> {
  const found = await Promise.all([path, noteOf(path)].map((one) => ifThere(() => stat(one))))
  return Math.max(0, ...found.map((one) => one?.mtimeMs ?? 0))
}

/** A power cut may have left something else in its place. */
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

/** Nothing where there is no such file. One that cannot be read for now is not taken for lost. */
async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}
