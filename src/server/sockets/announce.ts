/** Carries out what the chat decided: who is told what, and who hears an audience from now on. */
import type { Server } from "socket.io"
import { PacketType } from "socket.io-parser"
import type { Effect, SharedAudience, Tell } from "../../chat/effects.ts"
import type { SessionId } from "../../chat/session.ts"
import { connectionOf, emitTo } from "../engine/clients.ts"
import { jsonOf, listJson, sharedJson } from "../engine/json.ts"
import type { Traffic } from "../traffic.ts"
import { safely } from "./answers.ts"
import type { Edge } from "./connection.ts"

type Announcer = Pick<Edge, "io" | "incidents" | "isStopping" | "traffic">

/**
 * Carries out effects in their order. What one session gets in a row leaves in one write, which costs more than
 * everything else about it.
 */
export function announce(edge: Announcer, effects: readonly Effect[]): void {
  safely(edge.incidents, () => {
    for (let start = 0; start < effects.length; ) {
      const sessionId = listenerOf(effects[start])
      let end = start + 1
      while (sessionId !== undefined && listenerOf(effects[end]) === sessionId) end++
      if (sessionId === undefined || end - start === 1) carryOut(edge, effects[start] as Effect)
      else tellTogether(edge, sessionId, effects.slice(start, end))
      start = end
    }
  })
}

function tellTogether(edge: Announcer, sessionId: SessionId, effects: readonly Effect[]): void {
  const socket = edge.io.sockets.sockets.get(sessionId)
  const tellAll = () => {
    for (const effect of effects) carryOut(edge, effect)
  }
  if (socket === undefined) tellAll()
  else connectionOf(socket).together(tellAll)
}

function listenerOf(effect: Effect | undefined): SessionId | undefined {
  return effect?.kind === "tell" && effect.audience.kind === "session" ? effect.audience.sessionId : undefined
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
      // Nobody needs to know any more who comes and goes; what is on disk is still told.
      if (effect.isToldWhileStopping || !isStopping()) tell(io, traffic, effect)
      break
  }
}

function tell({ sockets: { sockets, adapter } }: Server, traffic: Traffic, { audience, event, args }: Tell): void {
  if (audience.kind === "session") {
    const socket = sockets.get(audience.sessionId)
    if (socket !== undefined) emitTo(connectionOf(socket), event, args.map(listJson))
    return
  }
  const topic = topicOf(audience)
  const except = audience.kind === "room" ? audience.except : undefined
  const listeners = adapter.rooms.get(topic)?.size ?? 0
  traffic.told(except === undefined ? listeners : Math.max(0, listeners - 1))
  // An answer often repeats what is told first: its JSON is encoded once for both.
  const [first, ...others] = args
  const data: unknown[] = [event, sharedJson(first)]
  for (const other of others) data.push(jsonOf(other))
  const rooms = new Set([topic])
  // Like `io.to(topic).except(…).emit(…)`, which creates three operators and five sets for it.
  adapter.broadcast(
    { type: PacketType.EVENT, data },
    except === undefined ? { rooms } : { rooms, except: new Set([except]) },
  )
}

/** It begins with the kind, and no socket's id contains a space: no user id can be made to name another audience. */
function topicOf(audience: SharedAudience): string {
  return `${audience.kind} ${audience.kind === "user" ? audience.userId : audience.roomId}`
}
