/**
 * Finds rooms and people by a few letters of their name: a field, and a list that the
 * arrows move through while the focus stays in the field. The text is forgotten when the
 * dialog closes.
 */

import { useLayoutEffect, useState } from "preact/hooks"
import type { Client } from "../core/client.ts"
import type { Option } from "../core/finding.ts"
import { limits } from "../core/limits.ts"
import { markAllRead } from "../core/read-and-mute.ts"
import { openDirect } from "../core/room-calls.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { go, pathOf } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Modal } from "./dialog.tsx"
import { Problem } from "./field.tsx"
import { FindOption, optionId } from "./find-option.tsx"
import { useOptions } from "./find-options.ts"
import { CloseIcon, SearchIcon } from "./icons.tsx"
import { keyNames } from "./key-names.ts"
import { lit } from "./lit.ts"
import { openOverlay, search } from "./overlay.ts"
import { takeTyped } from "./waiting.tsx"

interface FindDialogProps {
  readonly onClose: () => void
}

export function FindDialog({ onClose }: FindDialogProps) {
  const client = useClient()
  const [query, setQuery] = useState(takeTyped)
  const options = useOptions(query)
  const [activeKey, setActiveKey] = useState<string>()
  // The server's answer comes later: the selection stays.
  const active = options.find(({ key }) => key === activeKey) ?? options[0]
  const move = (by: number) => {
    const at = active === undefined ? -1 : options.indexOf(active)
    setActiveKey(options.at((at + by) % options.length)?.key)
  }
  const [problem, setProblem] = useState<string>()
  const choose = async (option: Option | undefined) => {
    if (option === undefined) return
    // Where people are known, one goes to a person to write to them; where that may not be, one chooses another.
    if (option.kind === "person" && client.isKnown) {
      const opened = await openDirect(client, [option.person.member.userId])
      if ("code" in opened) return setProblem(sentenceOf(opened))
      onClose()
      return go(pathOf(opened.id))
    }
    onClose()
    open(option, client)
  }
  useLayoutEffect(() => {
    if (active !== undefined) document.getElementById(optionId(active))?.scrollIntoView({ block: "nearest" })
  }, [active?.key])
  const t = laterTexts().find
  return (
    <Modal label={texts().find.label} onClose={onClose} kind="finder">
      <div class="finder-head">
        <SearchIcon />
        <input
          // biome-ignore lint/a11y/noAutofocus: a dialog begins where one writes
          autoFocus
          role="combobox"
          aria-label={texts().find.label}
          aria-expanded={options.length > 0}
          aria-controls="found"
          aria-activedescendant={active && optionId(active)}
          aria-autocomplete="list"
          placeholder={texts().find.label}
          dir="auto"
          autocomplete="off"
          enterkeyhint="go"
          maxLength={limits.nameLengthMax}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value)
            setActiveKey(undefined)
            setProblem(undefined)
          }}
          onKeyDown={(event) => {
            if (event.isComposing) return
            const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
            if (by === undefined && event.key !== "Enter") return
            event.preventDefault()
            if (by === undefined) void choose(active)
            else move(by)
          }}
        />
        <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <Problem text={problem} />
      <div class="found" id="found" role="listbox" aria-label={texts().find.label}>
        {options.map((option, at) => (
          <FindOption
            key={option.key}
            option={option}
            heading={option.kind === options[at - 1]?.kind ? undefined : headingOf(option, query)}
            isActive={option === active}
            onChosen={() => void choose(option)}
            onPointed={() => setActiveKey(option.key)}
          />
        ))}
      </div>
      <p class="finder-keys" aria-hidden="true">
        <kbd>↑</kbd>
        <kbd>↓</kbd> {t.moving}
        <kbd>↵</kbd> {t.choosing}
        <kbd>{keyNames().cancel}</kbd> {t.closing}
      </p>
      <p class="unseen" role="status">
        {query.trim() !== "" && t.found(options.length)}
      </p>
    </Modal>
  )
}

function headingOf({ kind }: Option, query: string): string | undefined {
  const t = laterTexts().find
  switch (kind) {
    case "room":
      return query.trim() === "" ? t.recent : t.own
    case "person":
      return t.people
    case "listed":
      return t.browse
    case "search":
    case "create":
    case "markRead":
      return undefined
  }
}

function open(option: Option, client: Client): void {
  switch (option.kind) {
    case "room":
    case "listed":
      go(pathOf(option.room.id))
      break
    case "search":
      search.value = { query: option.query, room: undefined }
      break
    case "markRead":
      markAllRead(client)
      break
    case "create":
      openOverlay({ kind: "newRoom", name: option.name })
      break
    case "person": {
      const [room] = option.person.rooms
      if (room === undefined) break
      lit.value = { roomId: room.id, userId: option.person.member.userId }
      go(pathOf(room.id))
    }
  }
}
