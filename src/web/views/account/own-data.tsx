/** One's own data on the server, as a file. */

import { useState } from "preact/hooks"
import { isRecord, isString } from "../../core/kept.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { laterTexts } from "../../texts/texts.ts"
import { Problem } from "../field.tsx"

export function OwnData() {
  const t = laterTexts().account
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const download = async () => {
    if (isBusy) return
    setBusy(true)
    setProblem(await saveOwnData())
    setBusy(false)
  }
  return (
    <section class="listed">
      <h3>{t.ownData}</h3>
      <p class="hint">{t.ownDataNote}</p>
      <button type="button" class="button" aria-busy={isBusy} onClick={download}>
        {t.downloadOwnData}
      </button>
      <Problem text={problem} />
    </section>
  )
}

/** Resolves to the problem, if any. The browser stores large files on disk. */
async function saveOwnData(): Promise<string | undefined> {
  try {
    const response = await fetch("/api/my-data", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    })
    if (!response.ok) return saidBy(await response.json())
    const [, name = "warren-my-data.ndjson"] =
      /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? []
    const url = URL.createObjectURL(await response.blob())
    Object.assign(document.createElement("a"), { href: url, download: name }).click()
    // The browser has read it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
    return undefined
  } catch {
    return sentenceOf({ code: "LOST" })
  }
}

function saidBy(answer: unknown): string {
  const error = isRecord(answer) ? answer["error"] : undefined
  const code = isRecord(error) && isString(error["code"]) ? error["code"] : "LOST"
  if (code === "ERR_RATE_LIMITED" || code === "ERR_BUSY") return laterTexts().account.ownDataLater
  return sentenceOf({ code })
}
