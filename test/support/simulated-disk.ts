/**
 * What a power cut may leave of a folder, worked out from a trace of system calls.
 *
 * A disk keeps what was synced. Of everything since, it keeps any part, sector by
 * sector; names of files come and go in order, and survive once their folder was
 * synced. So each image is one of the states that a cut at this point allows.
 */
import { basename, dirname } from "node:path"
import type { Random } from "./random.ts"
import type { SystemCall } from "./system-calls.ts"

const sectorBytes = 512

type Change =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly size: number }

interface File {
  readonly synced: Content
  unsynced: Change[]
}

type NameChange = readonly [name: string, file: File | undefined]

export class SimulatedDisk {
  readonly #folder: string
  readonly #isKept: (name: string) => boolean
  readonly #names = new Map<string, File>()
  readonly #syncedNames = new Map<string, File>()
  #unsyncedNames: NameChange[] = []

  /** `isKept` says which files of the folder matter; the others are those that a restart makes anew. */
  constructor(folder: string, isKept: (name: string) => boolean) {
    this.#folder = folder
    this.#isKept = isKept
  }

  /** Follows one call, if it concerns this folder. */
  apply(call: SystemCall): void {
    if (call.result < 0) return
    if (call.target === this.#folder && call.name === "fsync") this.#syncFolder()
    const name = basename(call.target)
    if (dirname(call.target) === this.#folder && this.#isKept(name)) this.#applyToFile(name, call)
  }

  /** The files of one possible state. */
  image(random: Random): Map<string, Buffer> {
    const names = new Map(this.#syncedNames)
    const survived = Math.floor(random() * (this.#unsyncedNames.length + 1))
    for (const change of this.#unsyncedNames.slice(0, survived)) setName(names, change)
    return new Map([...names].map(([name, file]) => [name, contentOf(file, random)]))
  }

  #applyToFile(file: string, { name, bytes, args, result }: SystemCall): void {
    switch (name) {
      case "openat":
        this.#open(file, args)
        break
      case "unlink":
        this.#rename(file, undefined)
        break
      case "pwrite64":
        this.#named(file).unsynced.push({
          kind: "write",
          offset: lastNumber(args),
          bytes: bytes.subarray(0, result),
        })
        break
      case "ftruncate":
        this.#named(file).unsynced.push({ kind: "truncate", size: lastNumber(args) })
        break
      case "fsync":
      case "fdatasync":
        this.#sync(file)
        break
      default:
        throw new Error(`${name} is not simulated.`)
    }
  }

  #open(name: string, args: string): void {
    if (args.includes("O_TRUNC")) throw new Error("O_TRUNC is not simulated.")
    if (args.includes("O_CREAT") && !this.#names.has(name)) this.#rename(name, { synced: new Content(), unsynced: [] })
  }

  #rename(name: string, file: File | undefined): void {
    this.#unsyncedNames.push([name, file])
    setName(this.#names, [name, file])
  }

  #sync(name: string): void {
    const file = this.#named(name)
    for (const change of file.unsynced) file.synced.apply(change)
    file.unsynced = []
  }

  #syncFolder(): void {
    for (const change of this.#unsyncedNames) setName(this.#syncedNames, change)
    this.#unsyncedNames = []
  }

  #named(name: string): File {
    const file = this.#names.get(name)
    if (file === undefined) throw new Error(`${name} is used without having been opened.`)
    return file
  }
}

/** The bytes of a file, changed in place. */
class Content {
  /** Zero from `#size` on. */
  #bytes: Buffer
  #size: number

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes
    this.#size = bytes.length
  }

  apply(change: Change): void {
    if (change.kind === "write") this.#write(change.offset, change.bytes)
    else this.#truncate(change.size)
  }

  /** Good until the next change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }

  #write(offset: number, bytes: Buffer): void {
    this.#grow(offset + bytes.length)
    bytes.copy(this.#bytes, offset)
  }

  #truncate(size: number): void {
    this.#grow(size)
    this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }

  #grow(size: number): void {
    if (size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(size)])
    this.#size = Math.max(this.#size, size)
  }
}

function setName(names: Map<string, File>, [name, file]: NameChange): void {
  if (file === undefined) names.delete(name)
  else names.set(name, file)
}

function contentOf({ synced, unsynced }: File, random: Random): Buffer {
  const content = new Content(Buffer.from(synced.bytes))
  // Now and then everything or nothing survived, which chance alone would hardly ever give.
  const luck = random()
  const survived = luck < 0.2 ? [] : luck < 0.4 ? unsynced : unsynced.flatMap((change) => partOf(change, random))
  for (const change of survived) content.apply(change)
  return content.bytes
}

/** Whole, not at all, or in part: the sectors of one write reach the disk each for itself. */
function partOf(change: Change, random: Random): Change[] {
  const luck = random()
  if (luck < 1 / 3) return []
  if (luck < 2 / 3 || change.kind === "truncate") return [change]
  return sectorsOf(change).filter(() => random() < 0.5)
}

function sectorsOf({ offset, bytes }: Change & { kind: "write" }): Change[] {
  const sectors: Change[] = []
  const end = offset + bytes.length
  for (let at = offset; at < end; ) {
    const next = Math.min(end, at - (at % sectorBytes) + sectorBytes)
    sectors.push({ kind: "write", offset: at, bytes: bytes.subarray(at - offset, next - offset) })
    at = next
  }
  return sectors
}

function lastNumber(args: string): number {
  return Number(args.slice(args.lastIndexOf(",") + 1))
}
