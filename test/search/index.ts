/** An index of its own over rooms in memory, without a thread. */
import { join } from "node:path"
import type { Wanted } from "../../src/chat/searcher.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import { Follower } from "../../src/search/follower.ts"
import { IndexFile } from "../../src/search/index-file.ts"
import type { ChangedMessage, MessageFeed } from "../../src/store/feed.ts"
import { temporaryFolder } from "../support/folder.ts"

export class Rooms implements MessageFeed {
  epoch = "one"
  looks = 0
  readonly rooms = new Map<RoomId, { rev: number; forgotten: number; readonly messages: Map<number, ChangedMessage> }>()

  add(roomId: RoomId, content: string, { userId = "ann", at = 1_800_000_000_000 } = {}): ChangedMessage {
    const room = this.rooms.get(roomId) ?? { rev: 0, forgotten: 0, messages: new Map() }
    this.rooms.set(roomId, room)
    const seq = ++room.rev
    const id = Bun.randomUUIDv7() as string as MessageId
    const message = { id, seq, rev: seq, userId: userId as UserId, content, createdAt: at }
    room.messages.set(seq, message)
    return message
  }

  change(roomId: RoomId, seq: number, content: string): void {
    const room = this.rooms.get(roomId)!
    room.messages.set(seq, { ...room.messages.get(seq)!, rev: ++room.rev, content })
  }

  /** As a server does that keeps nothing for long. */
  forget(roomId: RoomId, upTo: number): void {
    const room = this.rooms.get(roomId)!
    room.forgotten = upTo
    for (const seq of room.messages.keys()) if (seq <= upTo) room.messages.delete(seq)
  }

  state = async () =>
    JSON.stringify([this.epoch, [...this.rooms.values()].map(({ rev, forgotten }) => [rev, forgotten])])
  heads = async () => {
    this.looks++
    return {
      epoch: this.epoch,
      rooms: [...this.rooms].map(([id, { rev, forgotten }], pk) => ({ id, pk, rev, forgotten })),
    }
  }
  changes = async ({ id }: { id: RoomId }, since: number, limit: number) =>
    [...(this.rooms.get(id)?.messages.values() ?? [])]
      .filter(({ rev }) => rev > since)
      .sort((a, b) => a.rev - b.rev)
      .slice(0, limit)
  told = () => Promise.reject(new Error("Nothing is told of these rooms."))
  close = async () => {}
}

export function openIndex(feed = new Rooms(), folder = temporaryFolder()) {
  const path = join(folder.path, "search.db")
  const index = new IndexFile(path)
  const follower = new Follower({ feed, index })
  const all = () => [...feed.rooms.keys()]
  const find = (query: string, wanted: Partial<Wanted> = {}) => {
    const { roomIds = all(), limit = 50 } = wanted
    const none = { authorId: undefined, before: undefined, after: undefined, below: undefined }
    const { messages, next } = run(index.reader.find({ ...none, ...wanted, query, roomIds, limit }, () => false))
    return { ids: messages.map(({ id }) => id), next }
  }
  return {
    path,
    feed,
    index,
    follower,
    find,
    /** All that there is, page by page. */
    findAll: (query: string, wanted: Partial<Wanted> = {}) => {
      const ids: MessageId[] = []
      for (let found: ReturnType<typeof find> | undefined; found === undefined || found.next !== undefined; ) {
        found = find(query, { ...wanted, ...(found && { below: found.next }) })
        ids.push(...found.ids)
      }
      return ids
    },
    catchUp: async () => {
      if (await follower.look()) while (await follower.pass());
    },
    [Symbol.dispose]: () => {
      index.close()
      folder[Symbol.dispose]()
    },
  }
}

/** To its end. */
export function run<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
