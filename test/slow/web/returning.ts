/** The server goes away under the page, and another life of its data may come back. */
import { expect } from "bun:test"
import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { backUp } from "../../../src/store/sqlite/backup.ts"
import { joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

const outage = /ERR_|WebSocket connection/

export function returningTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [JOIN7] [HIST7] over a restart the page comes back by itself; of a restored backup it shows no more than there is`,
    async () => {
      using folder = temporaryFolder()
      const roomId = await seedRoom(folder.path, "Burrow", ["kept"])
      const room = { id: roomId }
      const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
      const start = async () => startProcess(environment, { command: await command() })
      const first = await start()
      await using ann = await Visitor.open(`${first.url}/r/${roomId}`, { allowed: outage })
      await ann.comeIn("Ann")
      await ann.sees("kept")
      const copy = join(folder.path, "copy")
      await backUp({ dataDir: folder.path, file: copy, signal: new AbortController().signal, onProgress: () => {} })
      await ann.say("gone")
      await ann.page.locator(".row[data-seq]", { hasText: "gone" }).waitFor()
      await first.stop("SIGKILL")
      await ann.sees("Can't reach the server.")

      const second = await start()
      await ann.page.locator(".connection-line.online").waitFor({ state: "attached" })
      await ann.say("gone too")
      await ann.page.locator(".row[data-seq]", { hasText: "gone too" }).waitFor()
      expect(await ann.shown()).toEqual(["kept", "gone", "gone too"])
      expect(await second.stop()).toBe(0)
      await ann.sees("Can't reach the server.")

      for (const suffix of ["", "-wal", "-shm"]) rmSync(join(folder.path, `warren.db${suffix}`), { force: true })
      copyFileSync(copy, join(folder.path, "warren.db"))
      await using third = await start()
      await using bob = await joined(third.url, room, "bob")
      for (const content of ["since 1", "since 2", "since 3"]) {
        await bob.ask("send_message", { roomId, userId: "bob", content })
      }
      await ann.page.locator(".row[data-seq]", { hasText: "since 3" }).waitFor()
      expect(await ann.shown()).toEqual(["kept", "since 1", "since 2", "since 3"])
      expect(await ann.page.getByText("gone").count()).toBe(0)
    },
  )

  browserTest(`${name}: a page that is older than its server says so, and keeps what is being written`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PORT: `${await freePort()}` }
    const start = async () => startProcess(environment, { command: await command() })
    const first = await start()
    await using ann = await Visitor.open(first.url, { allowed: outage })
    const { page } = ann
    await ann.comeIn("Ann")
    await ann.sees("1 online")
    const line = page.locator(".newer-page").getByText("Warren was updated.")
    const asked = () => page.waitForResponse((response) => new URL(response.url()).pathname === "/")
    await ann.composer.fill("half a sent")
    await first.stop("SIGKILL")
    await ann.sees("Can't reach the server.")
    let answer = asked()
    const same = await start()
    await answer
    await ann.sees("1 online")
    expect(await line.count()).toBe(0)

    await same.stop("SIGKILL")
    await ann.sees("Can't reach the server.")
    // As another version names its scripts.
    await page.route(`${first.url}/`, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: (await response.text()).replaceAll(/-\w+\.js"/g, '-newer.js"') })
    })
    answer = asked()
    await using _ = await start()
    await answer
    await line.waitFor()
    await page.unroute(`${first.url}/`)
    await page.locator(".newer-page").getByRole("button", { name: "Reload" }).click()
    await gone(line)
    await ann.sees("1 online")
    expect(await ann.composer.inputValue()).toBe("half a sent")
  })
}
