/** Requests about a private room that exists, each beside the same about one that does not. */
import { Database } from "bun:sqlite"
import type { ClientEvent } from "../../src/contract/events.ts"
import { aboutRooms } from "./about-rooms.ts"
import { type Cast, furnish, granted, type Name, showOut, startCast, startTokenCast } from "./cast.ts"
import type { TestClient } from "./client.ts"
import { seededRandom } from "./random.ts"

export const outsiders = ["stranger", "removed", "banned"] as const satisfies readonly Name[]

interface Pair {
  readonly client: TestClient
  readonly event: ClientEvent
  /** About a room of that id. */
  readonly payload: (roomId: string) => object
}

/** However the server knows who people are. */
export const casts = {
  accounts: () => startCast({ invites: "members" }),
  tokens: async () => {
    await using like = await startCast()
    return startTokenCast(like)
  },
}

/** A private room that some have just been put out of. */
export async function privateRoom(cast: Cast): Promise<string> {
  const roomId = await furnish(cast, { visibility: "private" })
  await granted(cast.people.owner.inside, "send_message", { roomId, content: "canary" })
  await showOut(cast, roomId)
  return roomId
}

export function* pairs({ people }: Cast, count: number, seed = 1): Generator<Pair> {
  const random = seededRandom(seed)
  const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T
  for (let n = 0; n < count; n++) {
    const [event, rest] = pick(aboutRooms)
    const person = people[pick(outsiders)]
    const target = "targetId" in rest ? { targetId: people[pick(["member", "owner", "known"] as const)].userId } : {}
    yield { client: person.outside, event, payload: (roomId) => ({ roomId, ...rest, ...target }) }
  }
}

/** How often this process has run a statement about rooms and people; what looks after sessions is not counted. */
export function countStatements() {
  const { query } = Database.prototype
  let run = 0
  Database.prototype.query = function counted(this: Database, sql: string) {
    const statement = Reflect.apply(query, this, [sql])
    if (!/\b(rooms|members|users|messages|bans)\b/.test(sql)) return statement
    for (const method of ["get", "all", "values", "run"] as const) {
      const original = statement[method].bind(statement)
      Object.defineProperty(statement, method, {
        value: (...values: unknown[]) => {
          run++
          return Reflect.apply(original, statement, values)
        },
      })
    }
    return statement
  } as typeof query
  return {
    get run() {
      return run
    },
    [Symbol.dispose]: () => {
      Database.prototype.query = query
    },
  }
}
