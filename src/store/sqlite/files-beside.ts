/**
 * The bytes of files beside a copy of their records: `FILE.files`, laid out as in the data
 * folder. A content never changes, so a backup on the same disk gives it a second name,
 * which takes no space; on another disk it is copied.
 */
import { constants, existsSync, mkdirSync, statSync } from "node:fs"
import { copyFile, link } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { syncFolder, syncWithoutWaiting } from "./folder.ts"
import { queryInThread } from "./query-thread.ts"

/** The bytes of a file, by their hash, and how many they are. */
export type Content = readonly [sha256: string, bytes: number]

export interface FilesCopy {
  readonly contents: readonly Content[]
  readonly from: string
  readonly to: string
  /** Whether both may be the same file on disk. */
  readonly isLinked: boolean
  readonly signal: AbortSignal
  /** Called for each file or folder that is created. */
  readonly onMade?: (path: string) => void
}

export interface FilesCopied {
  readonly files: number
  /** Known but missing: their messages were deleted meanwhile, or they were lost. */
  readonly missing: number
}

export function filesBeside(file: string): string {
  return `${file}.files`
}

/** Existing files stay. Throws an OperatorError for a file of the wrong length. */
export async function copyFiles({ onMade = () => {}, ...options }: FilesCopy): Promise<FilesCopied> {
  const { contents, from, to, signal } = options
  let [files, missing] = [0, 0]
  const folders = new Set<string>()
  for (const [sha256, bytes] of contents) {
    signal.throwIfAborted()
    const [source, target] = [from, to].map((folder) => join(folder, sha256.slice(0, 2), sha256)) as [string, string]
    if (!existsSync(source)) {
      if (!existsSync(target)) missing++
      continue
    }
    for (const folder of [to, dirname(target)]) {
      if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) onMade(folder)
      folders.add(folder)
    }
    for (const suffix of ["", ".webp"].filter(
      (suffix) => existsSync(source + suffix) && !existsSync(target + suffix),
    )) {
      await take(source + suffix, target + suffix, options.isLinked)
      onMade(target + suffix)
    }
    if (statSync(target).size !== bytes) throw new OperatorError(`${source} is damaged: it should have ${bytes} bytes.`)
    files++
  }
  for (const folder of folders) syncFolder(folder)
  return { files, missing }
}

interface FilesExamined {
  /** Contents that are known. */
  readonly files: number
  /** Hashes of held contents that are missing or have the wrong length. */
  readonly missing: readonly string[]
  /** Hashes of contents that exist but nobody knows. */
  readonly unknown: readonly string[]
}

/** Compares a folder with the records, also while a server uses both. */
export async function examineFiles(database: string, folder: string, signal: AbortSignal): Promise<FilesExamined> {
  // The folder is read first, since bytes are written first: what arrives meanwhile is known when the database is read.
  const found = contentsOf(folder)
  const isThere = ([sha256, bytes]: Content) =>
    statSync(join(folder, sha256.slice(0, 2), sha256), { throwIfNoEntry: false })?.size === bytes
  const lost = (await contentsIn(database, signal, "WHERE message IS NOT NULL OR picture_of IS NOT NULL")).filter(
    (file) => !isThere(file),
  )
  const all = new Set((await contentsIn(database, signal)).map(([sha256]) => sha256))
  const unknown = found.map(([sha256]) => sha256).filter((sha256) => !all.has(sha256))
  // A message that was deleted meanwhile holds nothing.
  const missing = lost.map(([sha256]) => sha256).filter((sha256) => all.has(sha256))
  return { files: all.size, missing, unknown }
}

/** Contents in a folder, from which a server may remove some meanwhile. */
export function contentsOf(folder: string): Content[] {
  const paths = existsSync(folder) ? [...new Bun.Glob("??/*").scanSync(folder)] : []
  return paths.flatMap((path) => {
    const [sha256, size] = [basename(path), statSync(join(folder, path), { throwIfNoEntry: false })?.size]
    return /^[0-9a-f]{64}$/.test(sha256) && size !== undefined ? [[sha256, size] as const] : []
  })
}

/** Contents that a database knows, each once. The first version had no files. */
export async function contentsIn(database: string, signal: AbortSignal, where = ""): Promise<Content[]> {
  const has = await queryInThread({ path: database, sql: "SELECT 1 FROM sqlite_schema WHERE name = 'files'", signal })
  if (has.length === 0) return []
  const rows = await queryInThread({ path: database, sql: `SELECT DISTINCT sha256, bytes FROM files ${where}`, signal })
  return rows.map(([sha256, bytes]) => [`${sha256}`, Number(bytes)])
}

async function take(source: string, target: string, isLinked: boolean): Promise<void> {
  try {
    if (isLinked) return await link(source, target)
  } catch (cause) {
    // Another disk, or a file system without hard links.
    if (!["EXDEV", "EPERM", "ENOTSUP", "EMLINK"].includes(codeOf(cause) ?? "")) throw cause
  }
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await syncWithoutWaiting(target)
}
