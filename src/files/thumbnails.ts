/**
 * Thumbnails, made one at a time by a process of their own. A picture comes from anybody,
 * and to draw it takes a decoder: one that hangs is stopped, one that dies takes nothing
 * with it, and its memory is not the server's. Its thread pool neither, which also checks
 * tokens and finds names; and whatever the server does goes before it. It takes less than
 * 500 MB of any picture that it is given, and where a machine has none left, it ends first.
 */
import { writeFileSync } from "node:fs"
import { rm, stat } from "node:fs/promises"
import { constants, setPriority } from "node:os"
import { dirname, resolve } from "node:path"
import { limits } from "../contract/limits.ts"

export interface Size {
  readonly width: number
  readonly height: number
}

/** Makes one of the picture at `source`, at `target`; whether there is one now. Never rejects. */
type MakeThumbnail = (source: string, target: string) => Promise<boolean>

/** A picture this small is its own thumbnail. */
const smallBytes = 256 * 1024

/** Whether it should have one: it is larger than one, and small enough to be drawn. */
export function wantsThumbnail({ width, height }: Size, bytes: number): boolean {
  const isLarge = Math.max(width, height) > limits.thumbnailPixels || bytes > smallBytes
  return isLarge && width * height <= limits.thumbnailSourcePixelsMax
}

export class Thumbnails {
  readonly #make: MakeThumbnail
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(make: MakeThumbnail = makeInProcess) {
    this.#make = make
  }

  /** In its turn; at once without one where too many wait. */
  make(source: string, target: string): Promise<boolean> {
    if (this.#waiting >= limits.thumbnailsWaitingMax) return Promise.resolve(false)
    this.#waiting++
    const made = this.#last.then(() => this.#make(source, target)).finally(() => this.#waiting--)
    this.#last = made
    return made
  }
}

const script = `
const [source, target, pixels, pixelsMax] = process.argv.slice(-4)
const image = new Bun.Image(Bun.file(source), { maxPixels: Number(pixelsMax) })
const fit = { fit: "inside", withoutEnlargement: true }
await image.resize(Number(pixels), Number(pixels), fit).webp({ quality: 80 }).write(target)`

async function makeInProcess(source: string, target: string): Promise<boolean> {
  try {
    const isMade = (await drawing(source, target).exited) === 0 && (await stat(target)).size > 0
    if (!isMade) await rm(target, { force: true })
    return isMade
  } catch {
    return false
  }
}

/** The process that makes one. */
export function drawing(source: string, target: string): Bun.Subprocess {
  const { thumbnailPixels, thumbnailSourcePixelsMax, thumbnailMs } = limits
  const values = [resolve(source), resolve(target), `${thumbnailPixels}`, `${thumbnailSourcePixelsMax}`]
  const child = Bun.spawn([process.execPath, "--no-install", "-e", script, ...values], {
    // The folder is the server's own: no settings of somebody's lie there to be loaded.
    cwd: dirname(source),
    // The binary is Bun too, if it is told so. Nothing else of the server's environment is a decoder's business.
    env: { BUN_BE_BUN: "1" },
    stdio: ["ignore", "ignore", "ignore"],
    timeout: thumbnailMs,
    killSignal: "SIGKILL",
  })
  yieldTo(child.pid)
  return child
}

/** Of processor time and, where the system lets it say so, of memory: it ends first when there is too little. */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000", { flag: "r+" })
  } catch {
    // It has ended already, may not be changed, or this is no Linux.
  }
}
