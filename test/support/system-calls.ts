/**
 * What a process asked of the kernel, read from a trace that strace wrote: which bytes
 * went where, and in which order. Strings are traced in hexadecimal and whole.
 */
import { readFileSync } from "node:fs"

export interface SystemCall {
  readonly name: string
  /** Of its file descriptor: a path, or what strace says of a socket; else the path it was given. */
  readonly target: string
  /** The bytes it was given, of all its buffers together. */
  readonly bytes: Buffer
  /** Its arguments as strace writes them. */
  readonly args: string
  readonly result: number
}

/** The calls that change files or send to sockets. */
const traced = "openat,mkdir,unlink,rename,ftruncate,pwrite64,pwritev,write,writev,fsync,fdatasync,sendto,sendmsg"

/** Larger than anything the server writes at once. */
const stringBytesMax = 4 * 1024 * 1024

/** To run a program under, as in `Bun.spawn([...traceInto(file), "bun", "src/main.ts"])`. */
export function traceInto(file: string): string[] {
  const options = ["-f", "--seccomp-bpf", "-y", "-xx", "-s", String(stringBytesMax), "-e", "signal=none"]
  return ["strace", ...options, "-e", `trace=${traced}`, "-o", file]
}

/** In the order in which they were completed. A call that did not return, because the process was killed, is left out. */
export function readTrace(file: string): SystemCall[] {
  const begun = new Map<string, string>()
  const calls: SystemCall[] = []
  for (const line of readFileSync(file, "latin1").split("\n")) {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? []
    const whole = completed(begun, thread, text)
    if (whole !== undefined) calls.push(whole)
  }
  return calls
}

/** strace cuts a call in two when another thread's comes between its beginning and its end. */
function completed(begun: Map<string, string>, thread: string, text: string): SystemCall | undefined {
  if (text.endsWith("<unfinished ...>")) {
    begun.set(thread, text.slice(0, -"<unfinished ...>".length))
    return undefined
  }
  const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)
  return parseCall(resumed === null ? text : (begun.get(thread) ?? "") + resumed[1])
}

function parseCall(text: string): SystemCall | undefined {
  // Short calls, and the second half of one that was cut in two, are padded to a column.
  const [, name, args, returned] = /^(\w+)\((.*)\) += ([^=]*)$/.exec(text) ?? []
  if (name === undefined || args === undefined) return undefined
  const result = Number.parseInt(returned ?? "", 10)
  const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex = "", cut]) => {
    if (cut !== undefined) throw new Error(`The trace holds a part of a string only: ${name}`)
    return Buffer.from(hex.replaceAll("\\x", ""), "hex")
  })
  const bytes = Buffer.concat(strings)
  const descriptor = /^\d+<([^>]*)>/.exec(args)
  const target = descriptor?.[1] === undefined ? bytes.toString() : descriptor[1]
  return { name, target: unescaped(target), bytes, args, result }
}

function unescaped(target: string): string {
  return target.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
