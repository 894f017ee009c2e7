/** A list of rooms that is longer than the screen: what is open, unread or half written in it is found. */
import { expect } from "bun:test"
import { join } from "node:path"
import type { Locator } from "playwright-core"
import { databaseName } from "../../../src/store/sqlite/open.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { fillTeam, personOf, roomOf } from "../../support/large-team.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

const team = { people: 2, rooms: 40, roomsEach: 40, messagesPerRoom: 6 }

export function manyRoomsTests({ name, command }: Edition): void {
  browserTest(
    `${name}: in a long list the open room is in sight, unread ones are a click away, and drafts are marked`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await (await startProcess(environment, { command: await command() })).stop()
      fillTeam(join(folder.path, databaseName), team)
      await using server = await startProcess(environment, { command: await command() })
      const token = await tokenOf({ sub: personOf(0), name: "Ann" })
      await using ann = await Visitor.open(`${server.url}/r/${roomOf(0)}#token=${token}`)
      const { page } = ann
      const link = (n: number) => page.locator(`.room-link[href="/r/${roomOf(n)}"]`)
      await ann.composer.waitFor()
      const beyond = page.locator(".unread-beyond").getByRole("button")
      await beyond.filter({ hasText: /^\d\d unread rooms$/ }).waitFor()
      await ann.composer.press("Shift+Escape")
      await gone(beyond)

      await using bob = await connect(server.url, ["websocket"], {
        auth: { token: await tokenOf({ sub: personOf(1), name: "Bob" }) },
      })
      await bob.ask("join_room", { roomId: roomOf(20) })
      await bob.ask("send_message", { roomId: roomOf(20), content: "Anybody?" })
      await beyond.filter({ hasText: "1 unread room" }).click()
      await gone(beyond)
      await inSight(link(20))
      await page.locator(".room-lists").evaluate((list) => list.scrollTo(0, list.scrollHeight))
      await beyond.filter({ hasText: "1 unread room" }).waitFor()

      // By the keyboard, around the end of the list.
      await ann.composer.press("Alt+ArrowUp")
      await page.getByRole("heading", { name: "Room 39", level: 1 }).waitFor()
      await inSight(link(39))
      await ann.composer.fill("half a **sent**")
      expect(await link(39).locator(".last-line").textContent()).toContain("A message of a team.")
      await ann.composer.press("Alt+ArrowDown")
      await page.getByRole("heading", { name: "Room 0", level: 1 }).waitFor()
      await inSight(link(0))
      await link(39)
        .locator(".last-line", { hasText: /^Draft: .?half a sent/ })
        .waitFor({ state: "attached" })
      await page.goBack()
      await inSight(link(39))
    },
  )
}

/** Within what is seen of the list. */
async function inSight(link: Locator): Promise<void> {
  await link.page().waitForFunction(
    (link) => {
      const [list, at] = [link?.closest(".room-lists")?.getBoundingClientRect(), link?.getBoundingClientRect()]
      return list !== undefined && at !== undefined && at.top >= list.top - 1 && at.bottom <= list.bottom + 1
    },
    await link.elementHandle(),
  )
}
