/** Who is online at servers that may have fallen silent. */
import { expect, test } from "bun:test"
import type { ServerId } from "../../src/cluster/news.ts"
import { OnlineElsewhere, silentMs } from "../../src/cluster/online.ts"
import { user } from "../support/ids.ts"

test("[USER3] a server that is silent for long is gone with its people, unless the bus was away meanwhile", () => {
  const heard: unknown[] = []
  const online = new OnlineElsewhere((news) => heard.push(news))
  const [one, two, three] = ["one", "two", "three"] as ServerId[]
  const said = (server: ServerId | undefined, ...userIds: string[]) => {
    return { kind: "online", server, userIds: userIds.map(user) }
  }
  online.heard(one!, [user("ann")], 0)
  online.heard(two!, [user("bob")], 1)
  online.heard(three!, [user("cleo")], 1)
  online.heard(three!, [], 2)
  expect(heard.splice(0)).toEqual([said(one, "ann"), said(two, "bob"), said(three, "cleo"), said(three)])
  online.tick(silentMs - 1)
  expect(heard).toEqual([])
  online.tick(silentMs)
  online.tick(silentMs)
  expect(heard.splice(0)).toEqual([said(one)])
  online.back(silentMs)
  online.tick(2 * silentMs - 1)
  expect(heard).toEqual([])
  online.tick(2 * silentMs)
  expect(heard).toEqual([said(two)])
})
