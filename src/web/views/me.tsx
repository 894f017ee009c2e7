/** Oneself, and the true state of the connection. */
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { ConnectionLine } from "./connection-line.tsx"
import { useClient } from "./context.ts"
import { PenIcon, SettingsIcon } from "./icons.tsx"
import { openOverlay } from "./overlay.ts"

export function Me() {
  const { identity, connection, open } = useClient()
  const user = identity.user.value
  const { kind } = connection.state.value
  if (user === undefined) return null
  return (
    <div class="me">
      {/* An open room says it where one writes. */}
      {open.value === undefined && <ConnectionLine />}
      <button type="button" class="me-button" onClick={() => openOverlay({ kind: "profile" })}>
        <Avatar id={user.userId} name={user.username} picture={user.avatar} />
        <span class="name">
          <bdi>{user.username}</bdi>
          <small class={`connection ${kind}`}>{texts().connection[kind]}</small>
        </span>
        <PenIcon />
        <span class="unseen">{texts().profile.edit}</span>
      </button>
      <button
        type="button"
        class="icon-button"
        title={texts().settings.title}
        aria-label={texts().settings.title}
        onClick={() => openOverlay({ kind: "settings" })}
      >
        <SettingsIcon />
      </button>
    </div>
  )
}
