/**
 * One line between the messages and the composer: who is typing, or what is wrong with the
 * connection. It is always there, so nothing moves when it has something to say.
 */
import type { Room } from "../core/room.ts"
import { ConnectionLine, isTroubled } from "./connection-line.tsx"
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"

const lazyTyping = lazily(async () => (await onceConnected()).TypingLine)

export function Strip({ room }: { readonly room: Room }) {
  const { connection } = useClient()
  return (
    <div class="strip">
      <ConnectionLine />
      {!isTroubled(connection.state.value) && <lazyTyping.View room={room} />}
    </div>
  )
}
