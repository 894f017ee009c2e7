import type { Command, Outcomes } from "../chat/rules/rules.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"

/** For commands that no user submitted, so there is nobody to refuse: where the queue is full, it settles with that. */
export function ask<C extends Command>(store: ChatStore, command: C, settle: Settle<Outcomes[C["kind"]]>): void {
  try {
    store.submit(command, settle)
  } catch (cause) {
    settle(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
  }
}
