/**
 * What one message may cost whoever reads it: at most a frame. It is the time of the page's own thread, against that of a
 * message of one letter in the same minute, and whatever seems dear is looked at again: so it holds on a busy machine.
 */
import { expect } from "bun:test"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { costlyTexts, furtherTexts } from "./costly-texts.ts"
import { type Edition, seedRoom } from "./server.ts"

/** One frame of a screen. */
const costMsMax = 16
/** Of a message with one letter, where nobody else is at work. */
const plainMs = 2
/** So many elements can be drawn within a frame. Code is painted in several. */
const elementsMax = 110
/** COST=1: nobody else is at work, so that painting can be told from what else the thread does. */
const isAlone = Boolean(process.env["COST"])
/** Whatever else the machine does only adds to a cost: the least of so many is taken. */
const looksMax = isAlone ? 5 : 4
/** What a letter costs is looked at again before each so many texts. */
const plainEvery = 5

export function costTests({ name, command }: Edition): void {
  browserTest(`${name}: no message costs its readers more than a frame`, async () => {
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
      const before = await timesOf(cdp)
      const sent = await bob.ask("send_message", { roomId, userId: "bob", content })
      if (!sent.ok) throw new Error(sent.error.message)
      const elements = await ann.page.evaluate(drawn, sent.message.seq)
      const times = await timesOf(cdp)
      const frames = content.startsWith("```") ? await ann.page.evaluate(painted, sent.message.seq) : 0
      const paintMs = frames > 0 ? ((await timesOf(cdp)).allMs - times.allMs) / frames : 0
      return { busyMs: times.busyMs - before.busyMs, allMs: times.allMs - before.allMs, paintMs, elements }
    }
    const plain: Awaited<ReturnType<typeof cost>>[] = []
    const costs: Record<string, number> = {}
    const slowness = () => Math.max(1, middleOf(plain.map(({ busyMs }) => busyMs)) / plainMs)
    const look = async (kind: string, content: string, i: number) => {
      if (i % plainEvery === 0) plain.push(await cost("a"))
      const { allMs, busyMs, paintMs, elements } = await cost(content)
      expect(elements, kind).toBeLessThan(elementsMax)
      // What the thread does for any message, and for the test, is that of one letter.
      const wholeMs = plainMs * slowness() + allMs - middleOf(plain.map((one) => one.allMs))
      const ms = isAlone ? Math.max(wholeMs, paintMs) : busyMs
      costs[kind] = Math.min(costs[kind] ?? Number.POSITIVE_INFINITY, Math.round(ms * 10) / 10)
    }
    const lookAt = async (texts: readonly (readonly [string, string])[]) => {
      for (const [i, [kind, content]] of texts.entries()) await look(kind, content, i)
    }
    const all = Object.entries({ ...costlyTexts, ...(isAlone && furtherTexts) })
    const dear = () => all.filter(([kind]) => (costs[kind] ?? 0) > costMsMax * slowness())
    await lookAt(all)
    for (let looks = 1; looks < looksMax; looks++) await lookAt(isAlone ? all : dear())
    const table = Object.fromEntries(Object.entries(costs).sort((a, b) => b[1] - a[1]))
    console.log(`${name}: a message costs, in ms (on a machine ${slowness().toFixed(1)} times slower):`, table)
    expect(dear().map(([kind]) => [kind, costs[kind], costMsMax * slowness()])).toEqual([])
  })
}

/** Resolves to the elements of a message once it is seen. */
async function drawn(seq: number): Promise<number> {
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const row = () => document.querySelector(`.row[data-seq="${seq}"]`)
  while (row() === null) await frame()
  await frame()
  await frame()
  return row()?.querySelectorAll("*:not(pre span)").length ?? 0
}

/** Resolves once its code has its colours, to the frames that it took. */
async function painted(seq: number): Promise<number> {
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const count = () => document.querySelectorAll(`.row[data-seq="${seq}"] pre span`).length
  let frames = 0
  for (let before = -1; count() !== before; frames += 2) {
    before = count()
    await frame()
    await frame()
  }
  return frames
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

type Session = Awaited<ReturnType<ReturnType<Visitor["page"]["context"]>["newCDPSession"]>>

/** What the page's thread did so far: all of it, and its scripts, styles and layout alone. Not what others had of the processor. */
async function timesOf(cdp: Session): Promise<{ allMs: number; busyMs: number }> {
  const { metrics } = await cdp.send("Performance.getMetrics")
  const sumOf = (parts: readonly string[]) =>
    metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value * 1_000, 0)
  return {
    allMs: sumOf(["TaskDuration"]),
    busyMs: sumOf(["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"]),
  }
}
