/** What is wrong with the connection, and how to try again. Nothing while it works. */
import type { ConnectionState } from "../core/connection.ts"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

export function ConnectionLine() {
  const { connection } = useClient()
  const state = connection.state.value
  const t = texts().strip
  const trouble = troubleOf(state)
  return (
    <div class={`connection-line ${state.kind}`}>
      <div role="status" class="strip-text">
        {/* Most connections are there before anybody reads this: it shows only after a moment. */}
        {state.kind === "connecting" && <span class="soon">{t.connecting}</span>}
        {trouble !== undefined && (
          <span>
            <b>{trouble.what}</b> {trouble.why} {trouble.told && <bdi lang="en">{trouble.told}</bdi>}
          </span>
        )}
      </div>
      {trouble !== undefined && (
        <button type="button" class="link-button" onClick={() => connection.retry()}>
          {texts().shared.tryAgain}
        </button>
      )}
    </div>
  )
}

/** Whether there is something to show, now or in a moment. */
export function isTroubled({ kind }: ConnectionState): boolean {
  return kind === "connecting" || kind === "offline" || kind === "down" || kind === "refused"
}

interface Trouble {
  readonly what: string
  readonly why: string
  /** The server's sentence for its operator. */
  readonly told?: string | undefined
}

function troubleOf(state: ConnectionState): Trouble | undefined {
  const t = texts().strip
  switch (state.kind) {
    case "offline":
      return { what: t.offline, why: t.later }
    case "down":
      return state.isFull ? { what: t.refused, why: t.full } : { what: t.down, why: t.later }
    case "refused":
      return { what: t.refused, why: state.told ? t.barred : t.closed, told: state.told }
    case "idle":
    case "connecting":
    case "online":
    case "unauthorized":
      return undefined
  }
}
