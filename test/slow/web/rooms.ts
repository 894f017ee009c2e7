/** Finding the way into rooms: where a newcomer lands, what Back does, and what others made or changed. */
import { expect } from "bun:test"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import { type Edition, seedRoom } from "./server.ts"

export function roomTests({ name, command }: Edition): void {
  browserTest(`${name}: a newcomer to a server with several rooms lands in General`, async () => {
    using folder = temporaryFolder()
    await seedRoom(folder.path, "General", [])
    await seedRoom(folder.path, "Lively", ["the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
  })

  browserTest(`${name}: without a General a newcomer lands where somebody wrote last`, async () => {
    using folder = temporaryFolder()
    await seedRoom(folder.path, "Quiet", [])
    await seedRoom(folder.path, "Lively", ["the latest"])
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "Lively", level: 1 }).waitFor()
  })

  browserTest(`${name}: on a phone, Back after coming in leads to the rooms, and stays there`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { size: "phone" })
    await ann.comeIn("Ann")
    await ann.page.getByRole("heading", { name: "General", level: 1 }).waitFor()
    await ann.page.goBack()
    await ann.page.getByRole("link", { name: "General" }).waitFor()
    expect(ann.page.url()).toBe(`${server.url}/`)
    await ann.page.getByRole("link", { name: "General" }).click()
    await ann.composer.waitFor()
  })

  browserTest(`${name}: a room that somebody makes, and a new name, are seen within seconds`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    const roomId = new URL(ann.page.url()).pathname.split("/").at(-1) ?? ""
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Bob" })
    await ann.page.locator(".member", { hasText: "Bob" }).waitFor()
    await bob.ask("create_room", { name: "Brand new", userId: "bob", visibility: "public" })
    const begun = performance.now()
    await ann.page.getByRole("link", { name: "Brand new" }).waitFor()
    expect(performance.now() - begun).toBeLessThan(8_000)
    await bob.ask("join_room", { roomId, userId: "bob", username: "Robert" })
    await ann.page.locator(".member", { hasText: "Robert" }).waitFor({ timeout: 20_000 })
  })
}
