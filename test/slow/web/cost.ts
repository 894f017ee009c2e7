/**
 * What one message may cost whoever reads it: at most a frame. It is the time of the page's own thread, against that of a
 * message of one letter in the same minute, and whatever seems dear is looked at again: so it holds on a busy machine.
 */
import { expect } from "bun:test"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

/** One frame of a screen. */
const costMsMax = 16
/** Of a message with one letter, where nobody else is at work. */
const plainMs = 2
/** So many elements can be drawn within a frame. Code is painted in several. */
const elementsMax = 110
/** Whatever else the machine does only adds to a cost: the least of so many is taken. */
const looksMax = process.env["COST"] ? 5 : 4

const lengthMax = 4_000
const full = (piece: string) => piece.repeat(lengthMax / piece.length)

const costly = {
  brackets: full("("),
  "closed brackets": `https://a/${"(".repeat(1_990)}${")".repeat(1_990)}`,
  "square brackets": full("["),
  labels: full("[a](https://a.io) "),
  "line breaks": `a${"\n".repeat(lengthMax - 2)}b`,
  "short lines": full("a\n"),
  "combining marks": `a${"\u0301".repeat(lengthMax - 1)}`,
  zalgo: full("Z\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e"),
  links: full("a.io "),
  mail: full("a@a.io "),
  emphasis: full("*a* "),
  nested: full("**_~~*a*~~_** "),
  code: full("`a` "),
  "list items": full("- a\n"),
  "numbered items": full("1. a\n"),
  "nested items": full("- - - a\n"),
  "items in quotes": full("> - a\n"),
  quotes: full("> a\n\n"),
  "quotes in quotes": full("> > > a\n\nb\n"),
  "code blocks": full("```\na\n```\n"),
  "painted code": `\`\`\`ts\n${full("a=1;").slice(0, 3_980)}\n\`\`\``,
  emoji: full("👍"),
  families: full("👨‍👩‍👧‍👦"),
  directions: full("a\u05d0"),
  isolates: full("\u2067a"),
  "one word": full("W"),
  ideographs: full("𒐫"),
  ligatures: full("\ufdfd"),
}

export function costTests({ name, command }: Edition): void {
  browserTest(
    `${name}: no message costs its readers more than a frame`,
    async () => {
      using folder = temporaryFolder()
      const roomId = await seedRoom(folder.path, "Hostile", ["the first"])
      const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off" }
      await using server = await startProcess(environment, { command: await command() })
      await using bob = await joined(server.url, { id: roomId }, "bob")
      await using ann = await Visitor.open(`${server.url}/r/${roomId}`)
      await ann.comeIn("Ann")
      await ann.sees("the first")
      const cdp = await ann.page.context().newCDPSession(ann.page)
      await cdp.send("Performance.enable", { timeDomain: "threadTicks" })
      const cost = async (content: string) => {
        const before = await busyMs(cdp)
        const sent = await bob.ask("send_message", { roomId, userId: "bob", content: content.slice(0, lengthMax) })
        if (!sent.ok) throw new Error(sent.error.message)
        const row = ann.page.locator(`.row[data-seq="${sent.message.seq}"]`)
        await row.waitFor()
        await ann.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        const ms = (await busyMs(cdp)) - before
        return { ms, elements: await row.locator("*:not(pre span)").count() }
      }
      const plain: number[] = []
      const costs: Record<string, number> = {}
      const most = () => costMsMax * Math.max(1, middleOf(plain) / plainMs)
      const look = async (kind: string, content: string) => {
        plain.push((await cost("a")).ms)
        const { ms, elements } = await cost(content)
        expect(elements, kind).toBeLessThan(elementsMax)
        costs[kind] = Math.min(costs[kind] ?? Number.POSITIVE_INFINITY, Math.round(ms * 10) / 10)
      }
      for (const [kind, content] of Object.entries(costly)) await look(kind, content)
      const dear = () => Object.entries(costly).filter(([kind]) => (costs[kind] ?? 0) > most())
      for (let looks = 1; looks < looksMax; looks++) {
        const again = process.env["COST"] ? Object.entries(costly) : dear()
        for (const [kind, content] of again) await look(kind, content)
      }
      console.log(`${name}: a message costs, in ms (one letter ${middleOf(plain).toFixed(1)}):`, costs)
      expect(dear().map(([kind]) => [kind, costs[kind], most()])).toEqual([])
    },
    180_000,
  )
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

type Session = Awaited<ReturnType<ReturnType<Visitor["page"]["context"]>["newCDPSession"]>>

/** What scripts, styles and layout took so far. */
async function busyMs(cdp: Session): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics")
  const parts = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"]
  return metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value * 1_000, 0)
}
