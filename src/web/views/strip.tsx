/**
 * One line between what was said and where one writes: who is typing, or what is wrong
 * with the connection. It is always there, so that nothing moves when it has something to say.
 */
import { useEffect } from "preact/hooks"
import { listed } from "../core/notices.ts"
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { ConnectionLine, isTroubled } from "./connection-line.tsx"
import { useClient } from "./context.ts"

export function Strip({ room }: { readonly room: Room }) {
  const { connection } = useClient()
  return (
    <div class="strip">
      <ConnectionLine />
      {!isTroubled(connection.state.value) && <TypingLine room={room} />}
    </div>
  )
}

const expiryIntervalMs = 1_000

function TypingLine({ room }: { readonly room: Room }) {
  const { presence } = room
  const typing = [...presence.typing.value.keys()]
  useEffect(() => {
    if (typing.length === 0) return
    const timer = setInterval(() => presence.expireTyping(performance.now()), expiryIntervalMs)
    return () => clearInterval(timer)
  }, [typing.length === 0])
  if (typing.length === 0) return null
  const names = typing.map((userId) => presence.members.value.get(userId)?.username ?? texts().names.someone)
  return (
    <p class="typing">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{texts().strip.typing(listed(names), names.length)}</span>
    </p>
  )
}
