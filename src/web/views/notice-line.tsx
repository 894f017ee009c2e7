/** Who came and went, quietly. */
import { describeNotice, type Notice } from "../core/notices.ts"

export function NoticeLine({ notice }: { readonly notice: Notice | undefined }) {
  return notice === undefined ? null : <p class="notice">{describeNotice(notice)}</p>
}
