/**
 * Whether a private room that exists can be told by how long its refusals take. Of each pair
 * of requests, one is about such a room and one about none, in either order: how often the
 * one takes longer than the other is what a coin would say.
 *
 * Longer: WARREN_PAIRS=100000 bun test ./test/slow/measured/secrecy.test.ts
 */
import { expect, test } from "bun:test"
import { casts, pairs, privateRoom } from "../../support/pairs.ts"
import { newSeed, seededRandom } from "../../support/random.ts"

const count = Number(process.env["WARREN_PAIRS"] ?? 10_000)
/** A coin is that far off once in some millions of tests. */
const deviationsMax = 5

test.each(Object.entries(casts))(
  `[MEM5] with %s ${count} pairs of requests about a private room and about none take as long`,
  async (way, start) => {
    await using cast = await start()
    const roomId = await privateRoom(cast)
    const seed = newSeed("pairs")
    const random = seededRandom(seed)
    const [real, none]: [number[], number[]] = [[], []]
    let slower = 0
    for (const { client, event, payload } of pairs(cast, count, seed)) {
      const timed = async (id: string) => {
        const startedMs = performance.now()
        await client.ask(event, payload(id))
        return performance.now() - startedMs
      }
      const other = crypto.randomUUID()
      const isFirst = random() < 0.5
      const first = await timed(isFirst ? roomId : other)
      const second = await timed(isFirst ? other : roomId)
      const [realMs, noneMs] = isFirst ? [first, second] : [second, first]
      if (realMs > noneMs) slower++
      real.push(realMs)
      none.push(noneMs)
    }
    const share = slower / count
    const deviations = Math.abs(share - 0.5) / (0.5 / Math.sqrt(count))
    const medians = [real, none].map((times) => times.toSorted((a, b) => a - b)[Math.floor(count / 2)]?.toFixed(3))
    console.log(
      `with ${way} a private room took longer in ${(share * 100).toFixed(1)} % of pairs; medians ${medians.join(" and ")} ms`,
    )
    expect(deviations).toBeLessThan(deviationsMax)
  },
  60_000 + count * 40,
)
