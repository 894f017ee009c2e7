/** A room's picture: in a direct room of two that of the other person, with whether they are online. */
import type { Room } from "../core/room.ts"
import { Avatar, type AvatarProps } from "./avatar.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"

const lazyDot = lazily(async () => (await onceConnected()).PresenceDot)

interface RoomAvatarProps extends Pick<AvatarProps, "size"> {
  readonly room: Room
}

export function RoomAvatar({ room, size }: RoomAvatarProps) {
  const { peer } = room
  if (peer === undefined) return <Avatar id={room.id} name={room.name.value} size={size} isRoom />
  return (
    <span class="face">
      <Avatar id={peer.userId} name={peer.username} picture={peer.avatar} size={size} />
      <lazyDot.View peer={peer} />
    </span>
  )
}
