/** Changing and deleting rooms, and opening direct rooms. */
import { ChatError } from "../contract/errors.ts"
import type { requests } from "../contract/owning.ts"
import { deed } from "./deeds.ts"
import { emptyEverywhere } from "./leaving.ts"
import { acting } from "./moderation.ts"
import { inPlace, nameFrom } from "./newcomers.ts"
import { askOwnRoom, becameMember, roomChanged } from "./personal.ts"
import type { Handlers } from "./request.ts"
import type { OpenedDirect } from "./rules/direct.ts"
import { checkKnown } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  update_room: {
    run: (chat, { session, request }, settle) => {
      const { name, topic, visibility, keepDays } = request
      const command = { kind: "updateRoom", ...acting(session, request), name, topic, visibility, keepDays } as const
      chat.ask(command, settle, ({ room, isUnchanged }) => {
        const answer = { ok: true as const, room }
        if (isUnchanged) return { effects: [], answer }
        const { roomId, userId } = command
        return { effects: [deed("changed room {room}", { userId, roomId }), ...roomChanged(chat, room)], answer }
      })
    },
  },
  delete_room: {
    run: (chat, { session, request, at }, settle) => {
      const { roomId, userId } = acting(session, request)
      chat.ask({ kind: "deleteRoom", roomId, userId, at }, settle, ({ isUnchanged }) => {
        const told = isUnchanged ? [] : [deed("deleted room {room}", { userId, roomId })]
        return { effects: [...told, ...emptyEverywhere(chat, roomId)], answer: { ok: true as const } }
      })
    },
  },
  open_direct: {
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      const { userId } = request
      session.actAs(userId)
      checkKnown(session)
      const targetIds = [...new Set(request.targetIds)].filter((id) => id !== userId)
      if (targetIds.length === 0) throw onlySelf()
      const place = quota?.placeForDirect(nowMs)
      const username = session.username ?? nameFrom(userId)
      const wanted = { userId, username, targetIds, newId: chat.newRoomId(), newRoomWaitMs: place?.waitMs ?? 0, at }
      const opened = (result: OpenedDirect | ChatError) => {
        if (result instanceof ChatError) return settle(result)
        const { roomId, isNew, isShown } = result
        for (const one of isNew ? [userId, ...targetIds] : isShown ? [userId] : []) becameMember(chat, one, roomId)
        askOwnRoom(chat, { userId, roomId }, (room) =>
          settle(room instanceof ChatError ? room : { effects: [], answer: { ok: true as const, room } }),
        )
      }
      inPlace(place, opened, (settled, found) =>
        chat.ask<"openDirect", OpenedDirect>({ kind: "openDirect", ...wanted }, settled, (direct) => {
          found.isNew = direct.isNew
          return direct
        }),
      )
    },
  },
}

function onlySelf(): ChatError {
  return new ChatError("ERR_VALIDATION", {
    message: "targetIds must name somebody else.",
    details: { field: "targetIds" },
  })
}
