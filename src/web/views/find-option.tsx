/** One thing that was found, with the heading of its kind before the first of them. */
import type { ComponentType } from "preact"
import type { Option } from "../core/finding.ts"
import { onlineIn, onlineListed } from "../core/is-here.ts"
import { laterTexts, shownCount } from "../texts/texts.ts"
import { Apart } from "./apart.tsx"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { CheckIcon, PlusIcon, SearchIcon } from "./icons.tsx"
import { PresenceWord } from "./online.tsx"
import { RoomAvatar } from "./room-avatar.tsx"

interface FindOptionProps {
  readonly option: Option
  readonly heading: string | undefined
  readonly isActive: boolean
  readonly onChosen: () => void
  readonly onPointed: () => void
}

export const optionId = ({ key }: Option): string => `found-${key}`

export function FindOption({ option, heading, isActive, onChosen, onPointed }: FindOptionProps) {
  return (
    <>
      {heading !== undefined && (
        <div class="found-heading" role="presentation">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field */}
      <div
        id={optionId(option)}
        class="found-option"
        role="option"
        aria-selected={isActive}
        onClick={onChosen}
        onPointerMove={() => isActive || onPointed()}
      >
        <Description option={option} />
      </div>
    </>
  )
}

function Description({ option }: { readonly option: Option }) {
  const client = useClient()
  const t = laterTexts().find
  switch (option.kind) {
    case "room": {
      const { name, unread, isJoined, peer } = option.room
      const count = unread.value
      const online = isJoined && peer === undefined ? onlineIn(option.room, client) : undefined
      return (
        <>
          <RoomAvatar room={option.room} size="small" />
          <bdi class="name">{name.value}</bdi>
          <Apart part={option.apart} />
          {count > 0 && <span class="badge">{shownCount(count)}</span>}
          {online !== undefined && <small>{laterTexts().room.online(online)}</small>}
          {peer && (
            <small>
              <PresenceWord peer={peer} />
            </small>
          )}
        </>
      )
    }
    case "person": {
      const { member, rooms, isOnline } = option.person
      return (
        <>
          <Avatar id={member.userId} name={member.username} picture={member.avatar} size="small" />
          <bdi class="name">{member.username}</bdi>
          <Apart part={option.apart} />
          <small>
            {rooms.length > 0
              ? t.onlineIn(rooms.slice(0, 2).map(({ name }) => name.value))
              : laterTexts().card.presence(isOnline)}
          </small>
        </>
      )
    }
    case "listed": {
      const online = onlineListed(option.room, client)
      return (
        <>
          <Avatar id={option.room.id} name={option.room.name} size="small" isRoom />
          <bdi class="name">{option.room.name}</bdi>
          {online > 0 && <small>{laterTexts().room.online(online)}</small>}
        </>
      )
    }
    case "search":
      return <Act icon={SearchIcon} name={t.search(option.query)} />
    case "markRead":
      return <Act icon={CheckIcon} name={t.markRead} />
    case "create":
      return <Act icon={PlusIcon} name={t.create(option.name)} />
  }
}

function Act({ icon: Icon, name }: { readonly icon: ComponentType; readonly name: string }) {
  return (
    <>
      <span class="avatar small plus" aria-hidden="true">
        <Icon />
      </span>
      <span class="name">{name}</span>
    </>
  )
}
