/** What an administrator does: people, invite links, public rooms, and how the server is. One of them is shown at a time. */
import { useState } from "preact/hooks"
import { laterTexts } from "../../texts/texts.ts"
import { Dialog } from "../dialog.tsx"
import { Segmented } from "../segmented.tsx"
import { Invites } from "./admin-invites.tsx"
import { People } from "./admin-people.tsx"
import { PublicRooms } from "./admin-rooms.tsx"
import { ServerFacts } from "./admin-server.tsx"

const parts = ["people", "invites", "rooms", "server"] as const

export function AdminDialog({ onClose }: { readonly onClose: () => void }) {
  const t = laterTexts().administration
  const [part, setPart] = useState<(typeof parts)[number]>("people")
  return (
    <Dialog title={laterTexts().account.admin} onClose={onClose} kind="wide">
      <div class="parts">
        <Segmented label={t.show} choices={parts} nameOf={(one) => t.parts[one]} chosen={part} onChosen={setPart} />
      </div>
      <section class="listed" aria-label={t.parts[part]}>
        {part === "people" && <People />}
        {part === "invites" && <Invites />}
        {part === "rooms" && <PublicRooms onOpen={onClose} />}
        {part === "server" && <ServerFacts />}
      </section>
    </Dialog>
  )
}
