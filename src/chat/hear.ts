/** News of another server, as told to the members here. */
import type { Effect } from "./effects.ts"
import { hearOfPeople } from "./hear-of-people.ts"
import { empty, putOutElsewhere } from "./leaving.ts"
import type { News } from "./neighbours.ts"
import { userTyping } from "./people.ts"
import type { ChatParts } from "./request.ts"
import { entered, exited, toldChange, toldMessage } from "./room-told.ts"
import type { Indicator } from "./typing.ts"

export function hear(chat: ChatParts, news: News, nowMs: number): Effect[] {
  switch (news.kind) {
    case "message":
      return news.change ? toldChange(chat, news.message, news.change, nowMs) : toldMessage(chat, news.message, nowMs)
    case "entered":
      return entered(chat, news.place, news.profile)
    case "exited":
      return exited(chat, news.place, news.reason)
    case "evicted":
      return putOutElsewhere(chat, news.eviction, news.reason)
    case "emptied":
      return empty(chat, news.roomId)
    case "typed":
      return typed(chat, news.indicator, news.isTyping, nowMs)
    case "personal":
      return hearOfPeople(chat, news.personal)
    case "online":
      chat.online.heard(news.server, news.userIds)
      return []
  }
}

function typed({ typing }: ChatParts, indicator: Indicator, isTyping: boolean, nowMs: number): Effect[] {
  const { roomId, userId } = indicator
  const isNews = isTyping ? typing.start(indicator, nowMs) : typing.stop(roomId, userId) !== undefined
  return isNews ? [userTyping(indicator, isTyping, undefined)] : []
}
