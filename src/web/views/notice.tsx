/** Who came and went after a message, if anybody did. */
import type { Notice as Told } from "../core/notices.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"

const lazyLine = lazily(async () => (await onceConnected()).NoticeLine)
/** Reserves space, so nothing moves when it appears. */
const lineSpace = <p class="notice">{"\u00a0"}</p>

export function Notice({ notice }: { readonly notice: Told | undefined }) {
  return notice && <lazyLine.View notice={notice} waiting={lineSpace} />
}
