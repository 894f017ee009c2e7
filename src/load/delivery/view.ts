/**
 * One client's view of one room: how far it has come, what it has seen, and
 * what it was promised.
 *
 * What is wrong by the order of events alone is reported as it happens; what
 * needs the stored truth (was something missed, was it ever there) is kept as
 * spans and claims for the verdict. A client that misses nothing costs one range.
 */
import type { Anomaly, AnomalyKind, Message, OlderPage, Page } from "./observation.ts"
import { RevSet } from "./rev-set.ts"

/** A time of listening: every change above these numbers was due, up to `upto` or, while it lasts, without end. */
export interface Span {
  /** Due when its latest change is above this … */
  readonly rev: number
  /** … or when it was created above this. */
  readonly seq: number
  upto: number
}

/** A page says that it leaves out nothing above `above` up to `upto`, by this number. */
export interface Claim {
  readonly by: "seq" | "rev"
  readonly above: number
  readonly upto: number
  readonly ids: ReadonlySet<string>
}

/** Revs between two numbers, both exclusive, that the client knows it has not seen. */
interface Jump {
  readonly above: number
  readonly below: number
}

export class View {
  readonly client: string
  readonly roomId: string
  readonly saw = new RevSet()
  readonly spans: Span[] = []
  readonly claims: Claim[] = []
  readonly #jumps: Jump[] = []
  readonly #report: (anomaly: Anomaly) => void
  /** What the room had reached, by anybody's knowledge, when each unanswered request left. */
  readonly #floors: number[] = []
  #position = 0
  /** While a join's `hasMore` is still open: how far catching up has come, and how far it has to. */
  #catchingUp: { readonly upto: number; readonly goal: number } | undefined
  #joined = false

  constructor(client: string, roomId: string, report: (anomaly: Anomaly) => void) {
    this.client = client
    this.roomId = roomId
    this.#report = report
  }

  get joined(): boolean {
    return this.#joined
  }

  /** How far it has come. */
  get position(): number {
    return this.#position
  }

  /** What the room had reached when the request left that is answered next. */
  get floor(): number {
    return this.#floors[0] ?? 0
  }

  asked(told: number): void {
    this.#floors.push(told)
  }

  denied(): void {
    this.#floors.shift()
  }

  live(message: Message): void {
    const { rev } = message
    if (!this.#joined) this.#liveOutside(message)
    else if (rev > this.#position) this.#advance(rev)
    else if (this.saw.has(rev)) this.#say("duplicated", message, "was delivered again")
    else this.#say("reordered", message, `came after rev ${this.#position}`)
    this.saw.add(rev)
  }

  page(page: Page): void {
    this.#checkAge(page)
    this.#checkOrder(page.messages, page.since !== undefined && !page.reset ? "rev" : "seq")
    const claim = claimOf(page)
    this.claims.push(claim)
    for (const { rev } of page.messages) this.saw.add(rev)
    if (page.joined && this.#isNewBeginning(page)) this.#begin(page, claim)
    else if (page.since !== undefined) this.#catchUp(page.since, claim.upto)
    if (page.joined) this.#position = page.rev
  }

  older(page: OlderPage): void {
    this.#checkOrder(page.messages, "seq")
    this.claims.push(claimOfOlder(page, this.#floors.shift() ?? 0))
    for (const { rev } of page.messages) this.saw.add(rev)
  }

  /** The connection was lost, and with it the answers that were still due. */
  cut(): void {
    this.#floors.length = 0
    this.end()
  }

  /** Out of the room: what comes from now on is not due. */
  end(): void {
    this.#joined = false
    const span = this.spans.at(-1)
    if (span?.upto === Number.POSITIVE_INFINITY) span.upto = this.#position
    if (span && this.#catchingUp) this.#giveUpCatchingUp(span, this.#catchingUp)
    this.#catchingUp = undefined
  }

  /** Could the client tell, from what it was sent, that it missed this rev? */
  couldTell(rev: number): boolean {
    return this.#jumps.some(({ above, below }) => above < rev && rev < below)
  }

  /** Joining again is none, unless it is in place of catching up: what was promised is still due. */
  #isNewBeginning({ since, reset }: Page): boolean {
    if (!this.#joined || reset) return true
    return this.#catchingUp !== undefined && (since === undefined || since > this.#catchingUp.upto)
  }

  #begin({ since, rev, reset }: Page, { above, upto }: Claim): void {
    // While it was joined, everything up to this page was due before it.
    if (this.#joined && !reset) this.#position = rev
    this.end()
    const continued = since !== undefined && !reset
    this.spans.push({ rev: continued ? since : rev, seq: above, upto: Number.POSITIVE_INFINITY })
    if (upto < rev) {
      this.#jumps.push({ above: upto, below: rev + 1 })
      this.#catchingUp = { upto, goal: rev }
    }
    this.#joined = true
  }

  #catchUp(since: number, upto: number): void {
    if (this.#catchingUp === undefined || since > this.#catchingUp.upto) return
    const { goal } = this.#catchingUp
    this.#catchingUp = upto < goal ? { upto: Math.max(upto, this.#catchingUp.upto), goal } : undefined
  }

  /** What lies between is no longer due; what came live above it was. */
  #giveUpCatchingUp(span: Span, { upto, goal }: { upto: number; goal: number }): void {
    this.spans.push({ rev: goal, seq: goal, upto: span.upto })
    span.upto = upto
  }

  #liveOutside(message: Message): void {
    const joining = this.#floors.length > 0
    if (joining) this.#say("reordered", message, "came before the history it should follow")
    else this.#say("stale", message, "came while the client was not in the room")
  }

  #advance(rev: number): void {
    if (rev > this.#position + 1) this.#jumps.push({ above: this.#position, below: rev })
    this.#position = rev
  }

  #checkAge(page: Page): void {
    const floor = Math.max(this.#floors.shift() ?? 0, page.joined && this.#joined ? this.#position : 0)
    if (page.rev < floor) this.#say("stale", { rev: page.rev }, `is what a page ends at, but ${floor} was already told`)
    const ahead = page.messages.find(({ rev }) => rev > page.rev)
    if (ahead) this.#say("stale", ahead, `is in a page that says it ends at rev ${page.rev}`)
  }

  #checkOrder(messages: readonly Message[], by: "seq" | "rev"): void {
    const ids = new Set<string>()
    let last = -1
    for (const message of messages) {
      if (ids.has(message.id)) this.#say("duplicated", message, "is in one page twice")
      else if (message[by] <= last) this.#say("reordered", message, `is out of order in a page by ${by}`)
      ids.add(message.id)
      last = Math.max(last, message[by])
    }
  }

  #say(kind: AnomalyKind, { rev, id }: { rev: number; id?: string }, what: string): void {
    const { client, roomId } = this
    this.#report({ kind, roomId, client, rev, ...(id === undefined ? {} : { id }), detail: `Rev ${rev} ${what}.` })
  }
}

function claimOf(page: Page): Claim {
  const { since, rev, hasMore, reset, messages } = page
  const ids = idsOf(messages)
  if (since === undefined || reset) return { by: "seq", above: aboveFirst(messages, hasMore, rev), upto: rev, ids }
  return { by: "rev", above: since, upto: hasMore ? (messages.at(-1)?.rev ?? since) : rev, ids }
}

/** A page that follows the latest messages back as far as it goes leaves out only what is older than its first. */
function aboveFirst(messages: readonly Message[], hasMore: boolean, upto: number): number {
  if (!hasMore) return 0
  const first = messages[0]
  return first ? first.seq - 1 : upto
}

/** It holds what comes before `before`, as far as the room was known to have come when it was asked for. */
function claimOfOlder({ before = Number.POSITIVE_INFINITY, hasMore, messages }: OlderPage, floor: number): Claim {
  const upto = Math.min(before - 1, Math.max(floor, messages.at(-1)?.seq ?? 0))
  return { by: "seq", above: aboveFirst(messages, hasMore, upto), upto, ids: idsOf(messages) }
}

function idsOf(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(messages.map(({ id }) => id))
}
