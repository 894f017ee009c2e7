/**
 * A mistake of the person who runs the server: a port in use, a folder that cannot be
 * written. It is told in one sentence with its remedy, and never with a stack.
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

/** What it says, of whatever was thrown. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Of the system, where a quota counts as well, of SQLite and of PostgreSQL. */
const diskFullCodes: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLSTATE_53100"])

/** Whether nothing more fits on a disk, or into what its user may use of it. */
export function isDiskFull(error: unknown): boolean {
  return diskFullCodes.has(codeOf(error))
}

/** Whether no file can be opened for now: EMFILE is of this process, ENFILE of the whole machine. */
export function isOutOfDescriptors(error: unknown): boolean {
  return ["EMFILE", "ENFILE"].includes(codeOf(error) ?? "")
}
