import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"

export const newRoomId = () => crypto.randomUUID() as string as RoomId
export const newMessageId = () => Bun.randomUUIDv7() as string as MessageId
export const user = (id: string) => id as UserId
