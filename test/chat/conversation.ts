/** The chat on a store in memory, without sockets: what a request causes is read from its outcome. */
import { Chat, type ChatOptions } from "../../src/chat/chat.ts"
import type { Effect, Outcome } from "../../src/chat/effects.ts"
import type { Asked } from "../../src/chat/request.ts"
import type { Command, Outcomes } from "../../src/chat/rules/rules.ts"
import { Session } from "../../src/chat/session.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { Json } from "../../src/contract/json.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

export class Conversation {
  readonly chat: Chat
  /** What the chat has asked of the store. */
  readonly asked: Command[] = []
  readonly #store = new MemoryStore({ pendingMax: 10_000, onFailure: console.error })

  constructor(options: Partial<ChatOptions> = {}) {
    const store = this.#store
    const submit: ChatStore["submit"] = (command, settle) => {
      this.asked.push(command)
      store.submit(command, settle)
    }
    this.chat = new Chat({
      store: { submit, counts: () => store.counts(), close: () => store.close() },
      newRoomId,
      newMessageId,
      listsRooms: true,
      listsUsers: true,
      ...options,
    })
  }

  /** The outcome of a request, or the error that refuses it. */
  ask<E extends ClientEvent>(
    event: E,
    session: Session,
    payload: unknown = {},
    asked: Partial<Asked<E>> = {},
  ): Promise<Outcome<E>> {
    const request = parseRequest(event, session.claimed(payload, clientEvents[event]))
    const usual = { session, request, isAcknowledged: true, at: 0, nowMs: 0, quota: undefined }
    return new Promise((resolve, reject) => {
      this.chat.handle(event, { ...usual, ...asked }, (result) => {
        if (result instanceof ChatError) return reject(result)
        const { answer } = result
        resolve({ ...result, answer: answer instanceof Json ? answer.toJSON() : answer })
      })
    })
  }

  /** The code of the error that refuses a request. */
  async refused<E extends ClientEvent>(event: E, session: Session, payload: unknown): Promise<string> {
    try {
      await this.ask(event, session, payload)
    } catch (error) {
      if (error instanceof ChatError) return error.code
      throw error
    }
    throw new Error("granted")
  }

  /** Everything that was asked of the store has been answered. */
  async settled(): Promise<void> {
    await this.stored({ kind: "heads", roomIds: [] })
  }

  /** What the store itself says. */
  stored<C extends Command>(command: C): Promise<Outcomes[C["kind"]] | ChatError> {
    return new Promise((resolve) => this.#store.submit(command, resolve))
  }

  async newRoom(session: Session, payload: object = {}, at = 0): Promise<RoomId> {
    const creating = { name: "Garden", userId: "founder", visibility: "public", ...payload }
    return (await this.ask("create_room", session, creating, { at })).answer.room.id as RoomId
  }

  async join(session: Session, roomId: RoomId, name: string, payload: object = {}): Promise<Outcome<"join_room">> {
    return await this.ask("join_room", session, { roomId, userId: user(name), username: name, ...payload })
  }
}

/** A session of somebody who is known, on one of their devices. */
export function known(name: string, device = name, isAdmin = false): Session {
  return new Session(device, { userId: user(name), username: name, avatar: undefined, isAdmin })
}

/** Who is told what, in order: the audience and the event. */
export function told(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "tell") return []
    const { audience, event } = effect
    if (audience.kind === "session") return `${event} to ${audience.sessionId}`
    const except = audience.kind === "room" && audience.except !== undefined ? ` except ${audience.except}` : ""
    return `${event} to the ${audience.kind}${except}`
  })
}

/** The first argument of each event that is told. */
export function payloads(effects: readonly Effect[]): unknown[] {
  return effects.flatMap((effect) => (effect.kind === "tell" ? [effect.args[0]] : []))
}
