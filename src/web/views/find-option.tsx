/** One thing that was found, with the heading of its kind before the first of them. */
import type { Option } from "../core/finding.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { CheckIcon, PlusIcon, SearchIcon } from "./icons.tsx"

export interface FindOptionProps {
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
  const t = laterTexts().find
  switch (option.kind) {
    case "room": {
      const { id, name, unread, presence, isJoined } = option.room
      const count = unread.value
      return (
        <>
          <Avatar id={id} name={name.value} size="small" />
          <bdi class="name">{name.value}</bdi>
          {count > 0 && <span class="badge">{count > 99 ? "99+" : count}</span>}
          {isJoined && <small>{texts().sidebar.online(presence.count.value)}</small>}
        </>
      )
    }
    case "person": {
      const { member, rooms } = option.person
      return (
        <>
          <Avatar id={member.userId} name={member.username} picture={member.avatar} size="small" />
          <bdi class="name">{member.username}</bdi>
          <small>{t.onlineIn(rooms.slice(0, 2).map(({ name }) => name.value))}</small>
        </>
      )
    }
    case "listed":
      return (
        <>
          <Avatar id={option.room.id} name={option.room.name} size="small" />
          <bdi class="name">{option.room.name}</bdi>
          {option.room.memberCount > 0 && <small>{texts().sidebar.online(option.room.memberCount)}</small>}
        </>
      )
    case "search":
      return (
        <>
          <span class="avatar small plus" aria-hidden="true">
            <SearchIcon />
          </span>
          <span class="name">{t.search(option.query)}</span>
        </>
      )
    case "markRead":
      return (
        <>
          <span class="avatar small plus" aria-hidden="true">
            <CheckIcon />
          </span>
          <span class="name">{t.markRead}</span>
        </>
      )
    case "create":
      return (
        <>
          <span class="avatar small plus" aria-hidden="true">
            <PlusIcon />
          </span>
          <span class="name">{t.create(option.name)}</span>
        </>
      )
  }
}
