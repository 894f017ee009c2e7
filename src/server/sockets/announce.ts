/** Carries out what the chat decided: who hears what, and who hears what from here on. */
import type { Server } from "socket.io"
import type { Effect, SharedAudience, Tell } from "../../chat/effects.ts"
import type { ServerEvent } from "../../contract/events.ts"
import { jsonOf, sharedJson } from "../engine/json.ts"
import type { Traffic } from "../traffic.ts"
import { safely } from "./answers.ts"
import type { Edge } from "./connection.ts"

type Announcer = Pick<Edge, "io" | "incidents" | "isStopping" | "traffic">

export function announce(edge: Announcer, effects: readonly Effect[]): void {
  safely(edge.incidents, () => {
    for (const effect of effects) carryOut(edge, effect)
  })
}

function carryOut({ io, incidents, isStopping, traffic }: Announcer, effect: Effect): void {
  switch (effect.kind) {
    case "enter":
      io.sockets.sockets.get(effect.sessionId)?.join(topicOf(effect.audience))
      break
    case "exit":
      io.sockets.sockets.get(effect.sessionId)?.leave(topicOf(effect.audience))
      break
    case "notice":
      incidents.report(
        effect.name,
        effect.text,
        { ...effect.properties },
        { level: effect.isInformation ? "info" : "warn" },
      )
      break
    case "tell":
      // Who comes and goes is nobody's business any more; what is on disk is.
      if (effect.isToldWhileStopping || !isStopping()) tell(io, traffic, effect)
      break
  }
}

function tell(io: Server, traffic: Traffic, { audience, event, args }: Tell): void {
  if (audience.kind === "session") {
    const socket = io.sockets.sockets.get(audience.sessionId)
    const [first, ...others] = args
    // What is text already is not looked through for bytes, of which there are none.
    if (others.length === 0 && typeof first === "object" && first !== null) socket?.emit(event, jsonOf(first))
    else socket?.emit(event, ...args)
    return
  }
  const topic = topicOf(audience)
  const everybody = io.to(topic)
  const isExcepting = audience.kind === "room" && audience.except !== undefined
  const listeners = io.sockets.adapter.rooms.get(topic)?.size ?? 0
  traffic.told(isExcepting ? Math.max(0, listeners - 1) : listeners)
  emit(isExcepting ? everybody.except(audience.except ?? "") : everybody, event, args)
}

/** An answer often repeats what was told: its JSON is written for both. */
function emit(to: ReturnType<Server["to"]>, event: ServerEvent, [first, ...others]: readonly unknown[]): void {
  if (typeof first !== "object" || first === null) to.emit(event, first, ...others)
  else to.emit(event, sharedJson(first), ...others.map(jsonOf))
}

/** The kind leads, and no socket's id has a space: no user's id can be made to name another audience. */
function topicOf(audience: SharedAudience): string {
  return `${audience.kind} ${audience.kind === "user" ? audience.userId : audience.roomId}`
}
