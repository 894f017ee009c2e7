/** Who is online, in numbers, in words and as a sign: the same wherever it is told. */
import { useEffect } from "preact/hooks"
import { hearsOfOthers, onlineIn, presenceOf } from "../core/is-here.ts"
import type { Peer, Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

/** Of the open room, with what it is about; who belongs to it is asked for here, for all that shows it. */
export function OnlineCount({ room }: { readonly room: Room }) {
  const client = useClient()
  const { beginnings, members } = room.presence
  const isAsked = client.isKnown && room.isJoined
  const known = new Set(room.belonging.members.value.map(({ userId }) => userId))
  // Who comes and goes is told: only somebody who is new to the room is asked for.
  const newcomers = [...members.value.keys()].filter((userId) => !known.has(userId)).join()
  useEffect(() => {
    if (isAsked) void room.belonging.refresh()
  }, [isAsked, beginnings.value, newcomers])
  const { peer } = room
  // The name stands alone.
  if (!hearsOfOthers(client)) return null
  if (peer !== undefined) return <PresenceWord peer={peer} />
  const count = room.isJoined ? onlineIn(room, client) : undefined
  const topic = room.topic.value
  return (
    <>
      {count === undefined ? "\u00a0" : laterTexts().room.online(count)}
      {topic !== "" && (
        <span title={topic}>
          {" · "}
          <bdi>{topic}</bdi>
        </span>
      )}
    </>
  )
}

export function PresenceWord({ peer }: { readonly peer: Peer }) {
  const isPresent = presenceOf(peer, useClient())
  return <>{isPresent !== undefined && laterTexts().card.presence(isPresent)}</>
}

export function PresenceDot({ peer }: { readonly peer: Peer }) {
  const isPresent = presenceOf(peer, useClient())
  return isPresent === undefined ? null : <span class={`dot ${isPresent ? "online" : ""}`} />
}
