/** A person's card: who they are, a button to write to them, and what a moderator may do about them in this room. */

import { useEffect, useState } from "preact/hooks"
import type { RoomMember, RoomRole } from "../../core/belonging.ts"
import { actsIn, mayRemove } from "../../core/belonging-acts.ts"
import { hearsOfOthers, isOnline } from "../../core/is-here.ts"
import type { Room } from "../../core/room.ts"
import { openDirect } from "../../core/room-calls.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import type { Refusal } from "../../core/wire.ts"
import { go, pathOf } from "../../navigation.ts"
import { laterTexts } from "../../texts/texts.ts"
import { Avatar } from "../avatar.tsx"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { Problem } from "../field.tsx"

interface PersonCardProps {
  readonly room: Room
  readonly member: RoomMember
  readonly onClose: () => void
}

export function PersonCard({ room, member: { userId }, onClose }: PersonCardProps) {
  const client = useClient()
  const t = laterTexts().card
  const [problem, setProblem] = useState<string>()
  const { belonging } = room
  const acts = actsIn(room, client)
  const member = belonging.members.value.find((other) => other.userId === userId)
  // Whoever is no member any more has no card, also when they come back.
  const isGone = member === undefined
  useEffect(() => {
    if (isGone) onClose()
  }, [isGone])
  if (member === undefined) return null
  const { username, avatar, role } = member
  const presence = hearsOfOthers(client) && t.presence(isOnline(room, member, client.online.value))
  const told = (refusal: Refusal | undefined) => {
    setProblem(refusal && sentenceOf(refusal))
    return refusal === undefined
  }
  const write = async () => {
    const opened = await openDirect(client, [userId])
    if ("code" in opened) return told(opened)
    onClose()
    return go(pathOf(opened.id))
  }
  const remove = async (ban: boolean) => told(await acts.remove(userId, { ban })) && onClose()
  const become = async (next: RoomRole) => told(await acts.setRole(userId, next))
  const isMe = userId === client.identity.userId
  const isDirect = room.visibility.value === "direct"
  // The direct room with this person is open already.
  const isHere = isDirect && room.peer?.userId === userId
  return (
    <Dialog title={username} onClose={onClose}>
      <div class="card">
        <Avatar id={userId} name={username} picture={avatar} size="large" />
        <p>{[!isDirect && t.roles[role], presence].filter(Boolean).join(" · ")}</p>
        <Problem text={problem} />
        {!isMe && !isHere && (
          <button type="button" class="button primary" onClick={write}>
            {t.write}
          </button>
        )}
        {belonging.isOwner && !isMe && !isDirect && (
          <div class="ways-on">
            {(["member", "moderator", "owner"] as const)
              .filter((next) => next !== role)
              .map((next) => (
                <button key={next} type="button" class="button" onClick={() => become(next)}>
                  {t.become[next]}
                </button>
              ))}
          </div>
        )}
        {mayRemove(room, member) && !isDirect && (
          <div class="ways-on">
            <button type="button" class="button" onClick={() => remove(false)}>
              {t.remove}
            </button>
            <button type="button" class="button" onClick={() => remove(true)}>
              {t.ban}
            </button>
          </div>
        )}
      </div>
    </Dialog>
  )
}
