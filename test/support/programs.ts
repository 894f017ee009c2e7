/**
 * Programs that some tests need beside Bun. On a user's machine such a test is skipped
 * with the reason; where CI is set it fails, so that nothing goes unproved in silence.
 */
import { afterAll, beforeAll, describe, test } from "bun:test"

/** `test`, unless there is a reason why it cannot run here. */
export function testUnless(
  reason: string | undefined,
): (name: string, run: () => Promise<void>, timeoutMs: number) => void {
  return (name, run, timeoutMs) => {
    if (reason === undefined) return test(name, run, timeoutMs)
    if (process.env["CI"] === "true") return test(name, () => Promise.reject(new Error(reason)))
    console.log(`Skipped, since ${reason}: ${name}`)
    test.skip(name, run)
  }
}

interface Shared<T> {
  readonly name: string
  /** What they need, to be said where there is none. */
  readonly needs: string
  readonly reason: string | undefined
  readonly start: () => Promise<T>
}

/** Tests that share what is started once. Where that cannot be, one that is skipped says why; with CI it fails. */
export function describeWith<T extends AsyncDisposable>(
  { name, needs, reason, start }: Shared<T>,
  define: (started: () => T) => void,
): void {
  testUnless(reason)(`${name}: there ${needs}`, async () => {}, 1_000)
  describe.skipIf(reason !== undefined)(name, () => {
    let started: T | undefined
    beforeAll(async () => {
      started = await start()
    }, 60_000)
    afterAll(() => started?.[Symbol.asyncDispose](), 60_000)
    define(() => {
      if (started === undefined) throw new Error("It is started before the first test.")
      return started
    })
  })
}

/** Why this program cannot be used, if it cannot. `debian` is the package it is in. */
export function missing(program: string, debian = program): string | undefined {
  return Bun.which(program) === null ? `${program} is not installed (try: apt-get install ${debian})` : undefined
}

/** Why system calls cannot be traced here, if they cannot: a container may forbid it. */
export function tracingMissing(): string | undefined {
  if (missing("strace") !== undefined) return missing("strace")
  const { exitCode } = Bun.spawnSync(["strace", "-f", "-o", "/dev/null", "true"])
  return exitCode === 0 ? undefined : "this machine does not let strace trace (a container needs SYS_PTRACE)"
}
