/** Oneself, and the connection as it truly is. */
import { useState } from "preact/hooks"
import type { ConnectionState } from "../core/connection.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { PenIcon } from "./icons.tsx"
import { ProfileDialog } from "./profile-dialog.tsx"

const words = {
  idle: "Connecting…",
  connecting: "Connecting…",
  online: "Online",
  offline: "Offline, trying again…",
  unauthorized: "No access",
  refused: "Not connected",
} as const satisfies Record<ConnectionState["kind"], string>

export function Me() {
  const { identity, connection } = useClient()
  const [isOpen, setOpen] = useState(false)
  const user = identity.user.value
  const { kind } = connection.state.value
  if (user === undefined) return null
  return (
    <div class="me">
      <button type="button" class="me-button" onClick={() => setOpen(true)}>
        <Avatar id={user.userId} name={user.username} picture={user.avatar} />
        <span class="name">
          <bdi>{user.username}</bdi>
          <small class={`connection ${kind}`}>{words[kind]}</small>
        </span>
        <PenIcon />
        <span class="unseen">Edit your profile</span>
      </button>
      {isOpen && <ProfileDialog onClose={() => setOpen(false)} />}
    </div>
  )
}
