/**
 * One's own data as a download: lines of JSON at the reader's pace, so a long one takes no
 * more memory than a short one. One at a time for each account, and one step at a time for
 * all. It ends when the reader leaves, or when the session that asked ends.
 */
import type { Accounts } from "../../accounts/accounts.ts"
import type { Actor } from "../../chat/account-keeper.ts"
import { ownThings } from "../../chat/own-data.ts"
import type { ChatStore } from "../../chat/store.ts"
import { ChatError } from "../../contract/errors.ts"
import { type OwnDataLine, ownDataFormat } from "../../contract/own-data.ts"
import type { UserId } from "../../contract/values.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { bearerIn } from "../identity/identify.ts"
import { bySession } from "../identity/sessions.ts"
import type { Limiter } from "../limits/limiter.ts"
import type { OriginRules } from "./origin.ts"

type Store = Pick<ChatStore, "submit">

interface OwnDataOptions {
  readonly store: Store
  readonly origins: OriginRules
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  readonly clock: Clock
  /** Where people open the page. */
  readonly address: () => string
}

export class OwnDataRequests {
  readonly #options: OwnDataOptions
  readonly #store: Store
  readonly #underWay = new Set<UserId>()

  constructor(options: OwnDataOptions) {
    this.#options = options
    this.#store = oneAtATime(options.store)
  }

  /** Throws ERR_UNAUTHORIZED, ERR_BUSY and ERR_RATE_LIMITED. */
  async send(accounts: Accounts, { headers }: Request): Promise<Response> {
    const { origins, clock } = this.#options
    const header = (name: string) => headers.get(name)
    const identity = await bySession(accounts, origins)({ token: bearerIn(headers), header })
    const { userId, signInId: sessionId } = identity
    if (sessionId === undefined) throw new ChatError("ERR_UNAUTHORIZED")
    this.#begin(userId)
    const lines = this.#lines(accounts, { userId, sessionId })
    const day = new Date(clock.epochMs()).toISOString().slice(0, 10)
    return new Response(this.#stream(lines, userId), {
      headers: {
        "Content-Type": "application/x-ndjson",
        "Content-Disposition": `attachment; filename="warren-my-data-${day}.ndjson"`,
        "X-Content-Type-Options": "nosniff",
      },
    })
  }

  #begin(userId: UserId): void {
    const { limiter, clock } = this.#options
    if (this.#underWay.has(userId)) throw new ChatError("ERR_BUSY", { message: "Your data is on its way already." })
    const waitMs = limiter?.checkOwnData(userId, clock.elapsedMs()) ?? 0
    if (waitMs > 0) throw new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs: waitMs } })
    this.#underWay.add(userId)
  }

  /** Reads only as far as it is asked. An error cuts it off, which its reader sees by the missing last line. */
  #stream(lines: AsyncGenerator<string>, userId: UserId): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let isOver = false
    const end = () => {
      isOver = true
      this.#underWay.delete(userId)
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            for (;;) {
              const { value, done } = await lines.next()
              if (isOver) return
              if (done) break
              if (value !== "") return controller.enqueue(encoder.encode(value))
            }
            end()
            controller.close()
          } catch (cause) {
            if (isOver) return
            end()
            // The store has reported its own failures.
            if (!(cause instanceof ChatError))
              this.#options.incidents.report("own data", "A download of one's own data was cut: {cause}", { cause })
            controller.error(cause)
          }
        },
        cancel: async () => {
          end()
          await lines.return(undefined)
        },
      },
      { highWaterMark: 0 },
    )
  }

  async *#lines(accounts: Accounts, actor: Actor): AsyncGenerator<string> {
    const { clock, address } = this.#options
    const exportedAt = new Date(clock.epochMs()).toISOString()
    yield textOf([{ kind: "warren", format: ownDataFormat, exportedAt, address: address() }])
    let lines = 1
    for await (const some of ownData(accounts, this.#store, actor)) {
      lines += some.length
      yield textOf(some)
    }
    yield textOf([{ kind: "end", lines }])
  }
}

async function* ownData(accounts: Accounts, store: Store, actor: Actor): AsyncGenerator<readonly OwnDataLine[]> {
  yield await accounts.ownAccount(actor)
  for await (const things of ownThings(store, actor.userId)) {
    // It may take hours: signing out everywhere ends it too.
    if (!(await accounts.stillValid([actor.sessionId])).has(actor.sessionId)) throw new ChatError("ERR_UNAUTHORIZED")
    yield things
  }
}

/** Each step scans thousands of rows; steps for many people in one batch would hold everybody up. */
function oneAtATime(store: Store): Store {
  let last = Promise.resolve()
  return {
    submit: (command, settle) => {
      const step = () =>
        new Promise<void>((resolve) => {
          store.submit(command, (result) => {
            settle(result)
            resolve()
          })
        })
      last = last.then(step).catch((cause) => {
        settle(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
      })
    },
  }
}

function textOf(lines: readonly OwnDataLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
}
