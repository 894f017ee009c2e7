/**
 * Files beside an export, on their way into the data folder: they are processed like
 * uploads, so they have their true type and reveal no location.
 */
import { createReadStream, realpathSync, statSync } from "node:fs"
import { join, resolve, sep } from "node:path"
import type { AnyOutcome } from "../../chat/rules/rules.ts"
import type { FileRecord } from "../../chat/rules/working-set.ts"
import type { ChatStore } from "../../chat/store.ts"
import { ChatError } from "../../contract/errors.ts"
import type { UserId } from "../../contract/values.ts"
import { Files } from "../../files/files.ts"
import { Thumbnails } from "../../files/thumbnails.ts"
import { Vault } from "../../files/vault.ts"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { freeShareOf } from "../../store/sqlite/folder.ts"
import { whyNotWritten } from "../../store/sqlite/trouble.ts"

interface FileToTake {
  readonly path: string
  readonly name: string
  readonly ownerId: string
}

/** Undefined for a damaged picture. Throws an OperatorError when the disk is nearly full. */
export type TakeFile = (file: FileToTake) => Promise<FileRecord | undefined>

/**
 * The bytes are safe once it resolves; the caller writes the row. Bytes without a row are removed at the server's
 * start.
 */
export function fileTaker(dataDir: string): TakeFile {
  let added: FileRecord | undefined
  const store: Pick<ChatStore, "submit"> = {
    submit: (command, settle) => {
      if (command.kind === "addFile")
        added = {
          file: command.file,
          sha256: command.sha256,
          ownerId: command.ownerId,
          createdAt: command.at,
          isHeld: false,
        }
      // Nothing is removed here: others may have the same bytes, and the server checks at its start.
      const outcome: AnyOutcome = command.kind === "hashesInUse" ? command.hashes : true
      queueMicrotask(() => settle(outcome as never))
    },
  }
  const files = new Files({
    store,
    vault: new Vault(join(dataDir, "files")),
    thumbnails: new Thumbnails(),
    bytesMax: Number.MAX_SAFE_INTEGER,
    freeShare: () => freeShareOf(dataDir),
    epochMs: Date.now,
  })
  return async ({ path, name, ownerId }) => {
    let unread: unknown
    try {
      const bytes = createReadStream(path).once("error", (cause) => {
        unread = cause
      })
      await files.receive(bytes, { name, ownerId: ownerId as UserId }, undefined)
      return added
    } catch (cause) {
      if (cause instanceof ChatError && cause.code === "ERR_VALIDATION") return undefined
      if (cause instanceof ChatError) throw new OperatorError(cause.message, { cause })
      const why = unread === undefined ? whyNotWritten(dataDir, join(dataDir, "files"), cause) : undefined
      throw new OperatorError(why ?? `${path} cannot be taken (${codeOf(cause) ?? cause}).`, { cause })
    }
  }
}

/** The file at a path in an export, if it is in the export's folder: a path may say anything. */
export function fileWithin(folder: string, path: string): string | undefined {
  try {
    const [root, file] = [realpathSync(folder), realpathSync(resolve(folder, path))]
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}
