/** Who came and went, quietly. */
import type { Notice } from "../core/notices.ts"
import { describeNotice } from "../core/tell-notice.ts"

export function NoticeLine({ notice }: { readonly notice: Notice }) {
  return <p class="notice">{describeNotice(notice)}</p>
}
