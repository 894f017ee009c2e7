/**
 * The life of files: an upload is loose until a message or a profile holds it. What stays
 * loose for long, or was released, is removed. The bytes are elsewhere, stored under their
 * hash, which several files may share.
 */
import { ChatError } from "../../contract/errors.ts"
import type { File, FileId, SentFile } from "../../contract/files.ts"
import { isPicture } from "../../contract/picture-types.ts"
import type { UserId } from "../../contract/values.ts"
import { always, finding, never, type Rule } from "./rule.ts"
import type { FileRecord, StoredFile, UserRecord, WorkingSet } from "./working-set.ts"

/** A new file, whose bytes are safe already. */
interface AddFile {
  readonly kind: "addFile"
  readonly file: StoredFile
  readonly sha256: string
  /** `null` where nobody is known. */
  readonly ownerId: UserId | null
  readonly at: number
}

/** ERR_NOT_FOUND, unless something holds it. */
interface FindFile {
  readonly kind: "findFile"
  readonly id: FileId
}

interface FoundFile {
  readonly file: StoredFile
  readonly sha256: string
}

/** Files that nothing holds, and that are older than `before`. */
interface LooseFiles {
  readonly kind: "looseFiles"
  readonly before: number
  readonly limit: number
}

/** Those that are still loose and old enough. Returns which they were. */
interface RemoveFiles {
  readonly kind: "removeFiles"
  readonly ids: readonly FileId[]
  readonly before: number
}

/** Those of the hashes that belong to any file. */
interface HashesInUse {
  readonly kind: "hashesInUse"
  readonly hashes: readonly string[]
}

const addFile: Rule<AddFile, true> = {
  needs: () => ({}),
  writes: always,
  apply: (set, { file, sha256, ownerId, at }) => {
    set.addFile({ file, sha256, ownerId, createdAt: at, isHeld: false })
    return true
  },
}

const findFile: Rule<FindFile, FoundFile> = {
  needs: ({ id }) => ({ files: [id] }),
  writes: never,
  apply: (set, { id }) => {
    const record = set.file(id)
    if (record?.isHeld !== true) return new ChatError("ERR_NOT_FOUND", { message: "There is no such file." })
    return { file: record.file, sha256: record.sha256 }
  },
}

const looseFiles: Rule<LooseFiles, readonly FileId[]> = finding((command) => command)

const removeFiles: Rule<RemoveFiles, readonly FoundFile[]> = {
  needs: ({ ids }) => ({ files: ids }),
  writes: always,
  apply: (set, { ids, before }) => {
    const found = ids.flatMap((id) => set.file(id) ?? [])
    const loose = found.filter(({ isHeld, createdAt }) => !isHeld && createdAt < before)
    for (const record of loose) set.removeFile(record)
    return loose.map(({ file, sha256 }) => ({ file, sha256 }))
  },
}

const hashesInUse: Rule<HashesInUse, readonly string[]> = finding((command) => command)

/** The id in the address of a file of this server, whatever host it was uploaded to. */
const fileAddress = /^https?:\/\/[^/?#]+\/files\/(?<id>[\w-]{22})\/[^/]+$/

function fileIn(avatar: string | null): FileId | undefined {
  return fileAddress.exec(avatar ?? "")?.groups?.["id"] as FileId | undefined
}

/** Changes the user's picture. The file that it was is released, and the new one is held. */
export function changeAvatar(set: WorkingSet, user: UserRecord, avatar: string | null): void {
  const [before, after] = [fileIn(user.avatar), fileIn(avatar)]
  user.avatar = avatar
  if (before !== after) set.changePicture(user, after)
}

/** Whether the user's profile may hold it. */
export function isPictureFor({ file, ownerId, isHeld }: FileRecord, userId: UserId): boolean {
  return !isHeld && (ownerId === null || ownerId === userId) && isPicture(file.mimeType)
}

export const rules = { addFile, findFile, looseFiles, removeFiles, hashesInUse }

/** Holds the files for a message, for good. Holds none if one of them cannot be held. */
export function holdFiles(
  set: WorkingSet,
  sent: readonly SentFile[],
  userId: UserId,
): { readonly records: readonly FileRecord[]; readonly files: readonly StoredFile[] } | ChatError {
  const details = { field: "files" }
  const records: FileRecord[] = []
  for (const { id } of sent) {
    const record = set.file(id)
    if (record === undefined || !(record.ownerId === null || record.ownerId === userId)) {
      return new ChatError("ERR_NOT_FOUND", { message: "There is no such file of yours: upload it first.", details })
    }
    if (record.isHeld || records.includes(record)) {
      return new ChatError("ERR_CONFLICT", { message: "This file is in use already: upload it again.", details })
    }
    records.push(record)
  }
  const files = records.map(({ file }, index) => ({ ...file, ...altOf(sent[index]) }))
  return { records, files }
}

function altOf(sent: SentFile | undefined): { readonly alt?: string } {
  return sent?.alt === undefined ? {} : { alt: sent.alt }
}

/** As clients see it. */
export function fileOf({ hasThumbnail, ...file }: StoredFile): File {
  return { ...file, url: urlOf(file), ...(hasThumbnail && { thumbnailUrl: `/files/${file.id}/thumbnail/800.webp` }) }
}

function urlOf({ id, name }: Pick<StoredFile, "id" | "name">): string {
  return `/files/${id}/${encodeURIComponent(name)}`
}
