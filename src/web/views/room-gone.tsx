/** A dead link, or a room one may not enter. */

import type { RoomPhase } from "../core/joining.ts"
import type { Room } from "../core/room.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { go } from "../navigation.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Mark } from "./icons.tsx"
import { Unsent } from "./unsent.tsx"

interface RoomGoneProps {
  readonly room: Room
  readonly phase: Extract<RoomPhase, { kind: "missing" | "refused" }>
}

export function RoomGone({ room, phase }: RoomGoneProps) {
  const client = useClient()
  const t = laterTexts().roomGone
  const leave = () => {
    if (!room.holdsWords) client.leave(room)
    go("/")
  }
  return (
    <main class="pane empty-pane">
      <Mark size={56} />
      {/* It may come in the place of what one was reading. */}
      <div role="alert">
        <h1>{phase.kind === "missing" ? t.missing : t.refused}</h1>
        <p>{phase.kind === "missing" ? t.missingText : sentenceOf(phase.reason)}</p>
      </div>
      <div class="buttons">
        {phase.kind === "refused" && (
          <button type="button" class="button" onClick={() => void room.join()}>
            {texts().shared.tryAgain}
          </button>
        )}
        <button type="button" class="button primary" onClick={leave}>
          {t.back}
        </button>
      </div>
      <Unsent room={room} />
    </main>
  )
}
