/**
 * Pages being read: each is given at the one place among a room's changes where the members
 * here have been told all that is in it, together with what they were told meanwhile. So
 * live events continue exactly where it ends.
 */
import type { Page } from "../chat/rules/found.ts"
import type { Joined } from "../chat/rules/rooms.ts"
import type { Outcomes } from "../chat/rules/rules.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { Message } from "../contract/messages.ts"
import { ask } from "./ask.ts"
import type { CatchUp } from "./catch-up.ts"
import type { FollowedRoom } from "./followed-room.ts"
import { toldBy } from "./told.ts"
import { type PageCommand, upToDate } from "./up-to-date.ts"

interface PagesOptions {
  readonly inner: ChatStore
  readonly elapsedMs: () => number
  readonly catchUp: CatchUp
  /** Passed the epoch of a page; returns whether it is the known one. */
  readonly isSameLife: (epoch: string) => boolean
}

/** A page, or the outcome of a join. */
type Outcome = Outcomes[PageCommand["kind"]]

interface Asked {
  readonly room: FollowedRoom
  readonly command: PageCommand
  readonly meanwhile: readonly Message[]
  readonly finish: Settle<Outcome>
}

export class Pages {
  readonly #options: PagesOptions

  constructor(options: PagesOptions) {
    this.#options = options
  }

  /** Refuses as the store does: it throws, or where the room has to be heard first, settles with the refusal. */
  read(room: FollowedRoom, command: PageCommand, settle: Settle<Outcome>): void {
    const { messages: meanwhile, end } = room.listen()
    const finish: Settle<Outcome> = (outcome) => {
      end()
      settle(outcome)
    }
    const asked = { room, command, meanwhile, finish }
    if (!room.isFollowed) {
      void room.followed.then(() => this.#ask(asked))
      return
    }
    try {
      this.#options.inner.submit(command, (outcome) => this.#found(asked, outcome))
    } catch (cause) {
      end()
      throw cause
    }
  }

  #ask(asked: Asked): void {
    ask(this.#options.inner, asked.command, (outcome) => this.#found(asked, outcome))
  }

  /** The first join has changed something, which still has to be told. */
  #askAgain(asked: Asked, first: Joined): void {
    const finish: Settle<Outcome> = (outcome) => asked.finish(withDeeds(first, outcome))
    this.#ask({ ...asked, finish })
  }

  #found(asked: Asked, outcome: Outcome | ChatError): void {
    const { room, finish } = asked
    if (outcome instanceof ChatError) finish(outcome)
    else if (!this.#options.isSameLife(pageOf(outcome).epoch) || room.isOver) finish(new ChatError("ERR_BUSY"))
    else this.#place(asked, outcome)
  }

  #place(asked: Asked, outcome: Outcome): void {
    const { room, command, meanwhile, finish } = asked
    const { feed, access } = room
    const page = pageOf(outcome)
    if ("accessRev" in outcome) access.begin(outcome.accessRev)
    const nowMs = this.#options.elapsedMs()
    feed.begin(page.rev, nowMs)
    // Where the page reaches back to what was told, nothing more has to be read.
    for (const told of toldBy(page)) feed.offer(told, nowMs)
    const give = () => {
      const outdated = outdatedIn(room, outcome)
      if (outdated !== undefined) this.#askAgain(asked, outdated)
      else finish(withPage(outcome, upToDate(command, page, meanwhile, feed.told ?? page.rev)))
    }
    feed.afterAll(endOf(page), nowMs, give, (cause) => finish(new ChatError("ERR_STORAGE", { cause })))
    this.#options.catchUp.now(room)
  }
}

/** A join that was granted before a removal. */
function outdatedIn({ access }: FollowedRoom, outcome: Outcome): Joined | undefined {
  return "accessRev" in outcome && access.isOutdated(outcome.accessRev) ? outcome : undefined
}

/** The page's `rev`, or beyond: messages that others changed while it was read are in it as they are then. */
function endOf({ rev, messages }: Page): number {
  return messages.reduce((end, message) => Math.max(end, message.rev), rev)
}

function withDeeds(first: Joined, outcome: Outcome | ChatError): Outcome | ChatError {
  if (!("isNewMember" in outcome)) return outcome
  return {
    ...outcome,
    isNewUser: first.isNewUser || outcome.isNewUser,
    isNewMember: first.isNewMember || outcome.isNewMember,
    isByRight: first.isByRight || outcome.isByRight,
    isRenamed: first.isRenamed || outcome.isRenamed,
  }
}

function pageOf(outcome: Outcome): Page {
  return "page" in outcome ? outcome.page : outcome
}

function withPage(outcome: Outcome, page: Page): Outcome {
  return "page" in outcome ? { ...outcome, page } : page
}
