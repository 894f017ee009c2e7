/**
 * A copy of the tree in which one file at a time is changed and tests are run. Each test
 * file runs on its own, so that those that notice soonest can be tried first.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Of what a test takes unchanged: a change may make a loop endless, or an answer never come. */
const slownessMax = 3
const graceMs = 3_000
const unchangedMaxMs = 600_000

export class Sandbox {
  readonly path = mkdtempSync(join(tmpdir(), "warren-mutate-"))
  readonly #unchangedMs = new Map<string, number>()
  /** By the file that was changed and the test that noticed. */
  readonly #noticed = new Map<string, number>()

  /** What git knows and what is new beside it, with the same packages. */
  constructor(root: string) {
    const listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    const { stdout } = Bun.spawnSync(listing, { cwd: root })
    for (const file of stdout.toString().split("\0")) {
      if (file !== "" && existsSync(join(root, file))) cpSync(join(root, file), join(this.path, file))
    }
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"))
  }

  end(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  /** Whether some test fails while the file says `changed`. */
  async isNoticed(file: string, text: string, changed: string, tests: readonly string[]): Promise<boolean> {
    for (const test of this.#bestFirst(file, tests)) {
      const limitMs = (await this.#timeUnchanged(test)) * slownessMax + graceMs
      writeFileSync(join(this.path, file), changed)
      const isNoticed = !(await this.#passes(test, limitMs))
      writeFileSync(join(this.path, file), text)
      if (!isNoticed) continue
      const key = keyOf(file, test)
      this.#noticed.set(key, (this.#noticed.get(key) ?? 0) + 1)
      return true
    }
    return false
  }

  /** Those that noticed most for their time; before anything is known, in the order given. */
  #bestFirst(file: string, tests: readonly string[]): string[] {
    const worth = (test: string) =>
      (this.#noticed.get(keyOf(file, test)) ?? 0) / (this.#unchangedMs.get(test) ?? Number.POSITIVE_INFINITY)
    return [...tests].sort((a, b) => worth(b) - worth(a))
  }

  /** Throws when it fails as it is: then nothing can be learned from it. */
  async #timeUnchanged(test: string): Promise<number> {
    const known = this.#unchangedMs.get(test)
    if (known !== undefined) return known
    const startedMs = performance.now()
    if (!(await this.#passes(test, unchangedMaxMs))) throw new Error(`This test fails without any change: ${test}`)
    const tookMs = performance.now() - startedMs
    this.#unchangedMs.set(test, tookMs)
    return tookMs
  }

  async #passes(test: string, limitMs: number): Promise<boolean> {
    const child = Bun.spawn([process.execPath, "test", "--bail", "--timeout", "60000", `./${test}`], {
      cwd: this.path,
      stdio: ["ignore", "ignore", "ignore"],
      timeout: Math.ceil(limitMs),
      killSignal: "SIGKILL",
    })
    return (await child.exited) === 0
  }
}

function keyOf(file: string, test: string): string {
  return `${file}\n${test}`
}
