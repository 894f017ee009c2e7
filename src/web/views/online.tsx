/** Who is online, as a number, in words and as an icon: the same wherever it is shown. */
import { useEffect } from "preact/hooks"
import { hearsOfOthers, onlineIn, presenceOf } from "../core/is-here.ts"
import type { Peer, Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

/** For the open room, with its topic; its members are fetched here, for all views that show them. */
export function OnlineCount({ room }: { readonly room: Room }) {
  const client = useClient()
  const { beginnings, members } = room.presence
  const isAsked = client.isKnown && room.isJoined
  const known = new Set(room.belonging.members.value.map(({ userId }) => userId))
  // Events tell who comes and goes: fetched again only for a new person.
  const newcomers = [...members.value.keys()].filter((userId) => !known.has(userId)).join()
  useEffect(() => {
    if (isAsked) void room.belonging.refresh()
  }, [isAsked, beginnings.value, newcomers])
  const { peer } = room
  // The name is shown alone.
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
