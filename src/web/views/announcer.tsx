/**
 * Tells screen readers what came while a room is open. The list itself is silent: rows
 * enter and leave it while scrolling, which is no news.
 */
import { useSignalEffect } from "@preact/signals"
import { untracked } from "@preact/signals-core"
import { useRef, useState } from "preact/hooks"
import { laterTexts, texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { readLater } from "./read-later.ts"

/** Messages within this time are announced together. */
const pauseMs = 500

export function Announcer() {
  const client = useClient()
  const [said, setSaid] = useState({ number: 0, text: "" })
  const waiting = useRef<Promise<string>[]>([])
  useSignalEffect(() => {
    const news = client.news.value
    if (news?.message === undefined || news.room !== untracked(() => client.open.value)) return
    const { user, type } = news.message
    const [t, later] = [untracked(texts).message, untracked(laterTexts).alerts]
    const read = type === "image" ? Promise.resolve(later.picture) : readLater(news.excerpt)
    waiting.current.push(read.then((text) => t.announce(user.username, text)))
    if (waiting.current.length > 1) return
    setTimeout(async () => {
      const lines = await Promise.all(waiting.current.splice(0))
      const text = lines.length > 3 ? later.announceMany(lines.length) : lines.join(". ")
      setSaid(({ number }) => ({ number: number + 1, text }))
    }, pauseMs)
  })
  return (
    <p class="unseen" role="log" aria-live="polite">
      {/* A new element each time: the same words twice are two pieces of news. */}
      <span key={said.number}>{said.text}</span>
    </p>
  )
}
