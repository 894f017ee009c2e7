/** To whoever is no member, a private room that exists is like one that does not: by what is answered, and by the work it is. */
import { expect, test } from "bun:test"
import { casts, countStatements, pairs, privateRoom } from "../support/pairs.ts"

/** WARREN_PAIRS asks for more. */
const count = Number(process.env["WARREN_PAIRS"] ?? 500)

test.each(Object.entries(casts))(
  `[MEM5] with %s ${count} pairs of requests are answered by the same bytes, after as many reads of the data`,
  async (_, start) => {
    using statements = countStatements()
    await using cast = await start()
    const roomId = await privateRoom(cast)
    for (const { client, event, payload } of pairs(cast, count)) {
      const ask = async (id: string) => {
        const before = statements.run
        const answer = JSON.stringify(await client.ask(event, payload(id)))
        return { event, answer: answer.replaceAll(id, "ROOM"), reads: statements.run - before }
      }
      const [there, nowhere] = [await ask(roomId), await ask(crypto.randomUUID())]
      // Every few seconds something is kept in the background, and counts for one of the two: a difference must stay.
      if (!Bun.deepEquals(there, nowhere)) expect(await ask(roomId)).toEqual(await ask(crypto.randomUUID()))
    }
    expect(statements.run).toBeGreaterThan(count)
  },
  60_000 + count * 20,
)
