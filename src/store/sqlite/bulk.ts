/**
 * Many messages from elsewhere at once, into a folder that nobody serves: all of them in one
 * transaction, or none. What is there already, by its id, stays as it is, so that the same
 * may come twice.
 *
 * A room goes on counting where it stands, and its times never go back: what comes to a room
 * in which people have talked meanwhile stands behind that. A room that was deleted here
 * takes nothing any more.
 */
import { join } from "node:path"
import type { FileRecord } from "../../chat/rules/working-set.ts"
import type { FileId } from "../../contract/files.ts"
import { bulkOn } from "./bulk-writer.ts"
import { databaseName, enterFolder, openServed, upgradeFolder } from "./open.ts"
import { Served } from "./served.ts"

export interface BulkUser {
  readonly id: string
  readonly username: string
  readonly avatar: string | null
  readonly at: number
}

interface RoomFields {
  readonly id: string
  readonly at: number
}

/** Of a direct room one tells its people, of which there is one room here: it may be there under another id. */
export type BulkRoom =
  | (RoomFields & { readonly visibility: "direct"; readonly people: readonly string[] })
  | (RoomFields & {
      readonly visibility: "public" | "unlisted" | "private"
      readonly name: string
      readonly topic: string
    })

export interface BulkMember {
  readonly roomId: string
  readonly userId: string
  readonly role: "owner" | "moderator" | "member"
  readonly at: number
}

export interface BulkMessage {
  readonly id: string
  readonly roomId: string
  readonly userId: string
  readonly content: string
  readonly at: number
  readonly editedAt: number | null
  /** The id of what it answers. */
  readonly replyTo: string | undefined
  readonly reactions: readonly { readonly emoji: string; readonly userIds: readonly string[] }[]
  readonly mentions?: readonly string[]
  /** They have come before. */
  readonly fileIds?: readonly FileId[]
}

export interface Bulk {
  /** Whether the message is there already, or was. */
  readonly has: (messageId: string) => boolean
  readonly user: (user: BulkUser) => void
  readonly room: (room: BulkRoom) => void
  /** Whoever is no member yet becomes one, for whom all of this is read. Its room and user have come before it. */
  readonly member: (member: BulkMember) => "added" | "known" | "full"
  /** Its bytes are safe. */
  readonly file: (file: FileRecord) => void
  /** Whether it was not there yet. In the order of its room; its room and author have come before it. */
  readonly message: (message: BulkMessage) => boolean
}

const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

/** Keeps all that `work` writes, or nothing if it throws. Throws an OperatorError when a server uses the folder. */
export async function writeInBulk<T>(folder: string, work: (bulk: Bulk) => Promise<T>): Promise<T> {
  await upgradeFolder(folder, silent)
  const { file, release } = enterFolder(folder)
  try {
    const served = new Served(file)
    const { db, epoch } = openServed(join(folder, databaseName), served)
    try {
      db.run("PRAGMA cache_size = -65536")
      db.run("BEGIN IMMEDIATE")
      const { bulk, finish } = bulkOn(db)
      const result = await work(bulk)
      finish()
      db.run("COMMIT")
      db.run("PRAGMA wal_checkpoint(TRUNCATE)")
      served.remember(epoch, { isClosed: true })
      return result
    } finally {
      if (db.inTransaction) db.run("ROLLBACK")
      db.close()
    }
  } finally {
    release()
  }
}
