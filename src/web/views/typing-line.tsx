/** Who is writing in the room just now. */
import { useEffect } from "preact/hooks"
import type { Room } from "../core/room.ts"
import { listed } from "../core/tell-notice.ts"
import { laterTexts } from "../texts/texts.ts"

const expiryIntervalMs = 1_000

export function TypingLine({ room }: { readonly room: Room }) {
  const { presence } = room
  const typing = [...presence.typing.value.keys()]
  useEffect(() => {
    if (typing.length === 0) return
    const timer = setInterval(() => presence.expireTyping(performance.now()), expiryIntervalMs)
    return () => clearInterval(timer)
  }, [typing.length === 0])
  if (typing.length === 0) return null
  const names = typing.map((userId) => presence.members.value.get(userId)?.username ?? laterTexts().names.someone)
  return (
    <p class="typing">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{laterTexts().names.typing(listed(names), names.length)}</span>
    </p>
  )
}
