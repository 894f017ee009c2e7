/**
 * The progress of work that takes longer than a second: how much is done, how fast, and how
 * long it still takes. On a terminal it is one line that is rewritten; in a log, a line for
 * each tenth.
 */
import type { WriteStream } from "node:tty"

type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean }

export interface Whole {
  readonly amount: number
  /** "MiB", "messages". */
  readonly unit: string
}

interface Progress {
  /** `share` is the done part of this step, from 0 to 1; `whole` is the total. */
  readonly tell: (step: string, share: number, whole?: Whole) => void
  /** Removes the line. */
  readonly end: () => void
}

/** Shorter work shows nothing. */
const quietMs = 1_000
const linesInLog = 10

export function showProgress(
  output: Output = process.stderr,
  elapsedMs: () => number = () => performance.now(),
): Progress {
  const startedMs = elapsedMs()
  let [step, stepMs, shown] = ["", startedMs, ""]
  return {
    tell: (name, share, whole) => {
      const nowMs = elapsedMs()
      if (name !== step) [step, stepMs] = [name, nowMs]
      if (nowMs - startedMs < quietMs) return
      // In a log only changes are written: the mark is the current tenth.
      const mark = `${name} ${output.isTTY ? nowMs : Math.floor(share * linesInLog)}`
      if (mark === shown) return
      shown = mark
      const line = progressLine(name, share, nowMs - stepMs, whole)
      output.write(output.isTTY ? `\r\u001b[K${line}` : `${line}\n`)
    },
    end: () => {
      if (output.isTTY && shown !== "") output.write("\r\u001b[K")
      shown = ""
    },
  }
}

/** "Copying: 45 %, 120 MiB/s, 12 s left"; unknown parts are left out. */
export function progressLine(step: string, share: number, ms: number, whole?: Whole): string {
  const done = Math.min(1, Math.max(0, share))
  const parts = [`${step}: ${Math.floor(done * 100)} %`]
  if (done > 0 && ms > 0) {
    if (whole !== undefined) {
      parts.push(`${Math.round((whole.amount * done * 1_000) / ms).toLocaleString("en")} ${whole.unit}/s`)
    }
    if (done < 1) parts.push(`${duration((ms * (1 - done)) / done)} left`)
  }
  return parts.join(", ")
}

/** "12 s", "3 min", "2 h". */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}

export function mebibytes(bytes: number): Whole {
  return { amount: bytes / 1024 / 1024, unit: "MiB" }
}
