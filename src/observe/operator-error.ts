/**
 * A mistake of the operator: a port in use, a folder that cannot be written. It is shown as
 * one sentence with its remedy, never with a stack trace.
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError"
  /** The exit status. 78 is EX_CONFIG of sysexits.h. */
  readonly status: number

  constructor(message: string, { status = 1, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options)
    this.status = status
  }
}

/** The `code` of a system call's or SQLite's error, such as "EACCES" or "SQLITE_FULL". */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

/** The message of anything that was thrown. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Codes of the system, including quotas, of SQLite and of PostgreSQL. */
const diskFullCodes: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLSTATE_53100"])

/** Whether the disk, or the user's quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  return diskFullCodes.has(codeOf(error))
}

/** Whether no file can be opened for now: EMFILE is the limit of this process, ENFILE of the machine. */
export function isOutOfDescriptors(error: unknown): boolean {
  return ["EMFILE", "ENFILE"].includes(codeOf(error) ?? "")
}
