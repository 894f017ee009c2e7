/** The global dialogs, except the one that finds rooms and people. They are not part of the first load. */
import { useEffect } from "preact/hooks"
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { account, later, people, withEmoji } from "./load-later.ts"
import { closeOverlay, overlay, roomOf, search } from "./overlay.ts"
import { Soon } from "./soon.tsx"

const lazy = {
  account: lazily(async () => (await account()).AccountDialog),
  admin: lazily(async () => (await account()).AdminDialog),
  person: lazily(async () => (await people()).PersonCard),
  addPeople: lazily(async () => (await people()).AddPeople),
  editRoom: lazily(async () => (await people()).EditRoom),
  invite: lazily(async () => (await account()).InviteDialog),
  react: lazily(async () => (await withEmoji()).ReactPicker),
  delete: lazily(async () => (await later()).DeleteDialog),
  message: lazily(async () => (await later()).MessageSheet),
  search: lazily(async () => (await later()).Search),
  newRoom: lazily(async () => (await later()).NewRoom),
  profile: lazily(async () => (await later()).ProfileDialog),
  settings: lazily(async () => (await later()).SettingsDialog),
  shortcuts: lazily(async () => (await later()).ShortcutsDialog),
  viewer: lazily(async () => (await later()).Viewer),
}

/** Loaded after what reading and writing need, so dialogs open at once, also offline. */
const loadAheadMs = 1_000

export function loadDialogsAhead(): void {
  setTimeout(() => {
    for (const { load } of [lazy.newRoom, lazy.profile, lazy.settings, lazy.shortcuts]) void load()
  }, loadAheadMs)
}

export function Overlays() {
  const wanted = search.value
  return (
    <>
      {wanted && <lazy.search.View wanted={wanted} />}
      <Shown />
    </>
  )
}

function Shown() {
  const shown = overlay.value
  const isPast = useIsPast()
  if (shown === undefined || shown.kind === "find" || isPast) return null
  const onClose = () => closeOverlay(shown)
  const each = { onClose, waiting: <Soon onClose={onClose} /> }
  switch (shown.kind) {
    case "newRoom":
      return <lazy.newRoom.View name={shown.name} {...each} />
    case "person":
      return <lazy.person.View key={shown.member.userId} room={shown.room} member={shown.member} {...each} />
    case "invite":
      return <lazy.invite.View room={shown.room} {...each} />
    case "addPeople":
      return <lazy.addPeople.View room={shown.room} {...each} />
    case "viewer":
      return <lazy.viewer.View {...shown} {...each} />
    case "editRoom":
      return <lazy.editRoom.View room={shown.room} {...each} />
    case "message":
    case "delete":
    case "react": {
      const { View } = lazy[shown.kind]
      return <View deed={shown.deed} {...each} />
    }
    default: {
      const { View } = lazy[shown.kind]
      return <View {...each} />
    }
  }
}

/** A dialog about a room goes with it: when one is elsewhere, as by a notification, and when one may not be there any more. */
function useIsPast(): boolean {
  const { open } = useClient()
  const shown = overlay.value
  const room = shown && roomOf(shown)
  const isPast = room !== undefined && (room !== open.value || room.joining.isBarred)
  useEffect(() => {
    if (isPast && shown) closeOverlay(shown)
  }, [isPast])
  return isPast
}
