/**
 * Thumbnails, made one at a time by a separate process. Pictures come from anybody, and
 * drawing them takes a decoder: one that hangs is stopped, and one that crashes affects
 * nothing else. Its memory and its thread pool are not the server's, whose pool also checks
 * tokens and resolves names, and the server's work has priority. It takes less than 500 MB
 * for any picture that it accepts; if a machine runs out of memory, it is ended first.
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

/** Makes a thumbnail of the picture at `source`, at `target`. Resolves to whether there is one now; never rejects. */
type MakeThumbnail = (source: string, target: string) => Promise<boolean>

/** A picture this small is its own thumbnail. */
const smallBytes = 256 * 1024

/** Whether it should have one: it is larger than a thumbnail, and small enough to be decoded. */
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

  /** Waits for its turn; resolves at once, without a thumbnail, if too many wait. */
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
    // It runs in the server's own folder, where no settings of somebody else can be loaded.
    cwd: dirname(source),
    // The binary acts as Bun if told so. The decoder gets nothing else of the server's environment.
    env: { BUN_BE_BUN: "1" },
    stdio: ["ignore", "ignore", "ignore"],
    timeout: thumbnailMs,
    killSignal: "SIGKILL",
  })
  yieldTo(child.pid)
  return child
}

/**
 * Lowers its priority for CPU time and, where the system allows, for memory: it is ended first when there is too
 * little.
 */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000", { flag: "r+" })
  } catch {
    // It has ended already, or may not be changed, or this is not Linux.
  }
}
