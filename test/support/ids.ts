import type { FileId } from "../../src/contract/files.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"

export const newRoomId = () => crypto.randomUUID() as string as RoomId
export const newMessageId = () => Bun.randomUUIDv7() as string as MessageId
export const user = (id: string) => id as UserId
export const newFileId = () => newMessageId().replaceAll("-", "").slice(-22) as string as FileId
