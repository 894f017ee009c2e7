/** One thing that a doctor looks at, and what came of it. */
export interface Check {
  readonly name: string
  /** A warning is not well, and works; what has failed does not. */
  readonly verdict: "ok" | "warning" | "failed"
  /** What was found. */
  readonly told: string
  /** What to do about it. */
  readonly remedy?: string
}

export function ok(name: string, told: string): Check {
  return { name, verdict: "ok", told }
}

export function warning(name: string, told: string, remedy: string): Check {
  return { name, verdict: "warning", told, remedy }
}

export function failed(name: string, told: string, remedy: string): Check {
  return { name, verdict: "failed", told, remedy }
}
