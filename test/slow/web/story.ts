/** The story of a team with nothing but the keyboard: from the first start to somebody who is removed, and out again. */
import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { password } from "./accounts.ts"
import { browserTest, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

/** Asking who one is, before one is somebody. */
const allowed = /40[0-9]/
/** Further than anything is. */
const stopsMax = 80

export function storyTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [ACC1] [ACC5] [ROOM6] [ROOM4] [MEM4] with nothing but the keyboard: first run, invite, direct message, private room, removed, signed out`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await using ann = await Visitor.open(setup, { allowed })
      await register(ann, "Ann")
      await choose(ann, "Create a link")
      const invite = await ann.page.getByLabel("Address").inputValue()
      await ann.page.keyboard.press("Escape")
      await ann.composer.and(ann.page.locator(":focus")).waitFor()
      await using bob = await Visitor.open(invite, { allowed })
      await register(bob, "Bob")
      await write(bob, "Hello Ann")
      await ann.sees("Hello Ann")

      await choose(ann, "Bob")
      await choose(ann, "Message")
      await ann.page.getByRole("heading", { name: "Bob", level: 1 }).waitFor()
      await write(ann, "Between us")
      await bob.page.getByRole("link", { name: /^Ann.*Between us/ }).waitFor()
      // The room has the name of the only one who could have said it.
      expect((await bob.page.locator(".direct .last-line").textContent())?.trim()).toBe("Between us")

      await choose(ann, "New room")
      await ann.page.keyboard.type("Hiring")
      await reach(ann, /^Public/)
      for (const _ of "12") await ann.page.keyboard.press("ArrowDown")
      await ann.page.keyboard.press("Enter")
      await ann.page.getByRole("heading", { name: "Hiring", level: 1 }).waitFor()
      await choose(ann, "Add people")
      await choose(ann, "Add Bob")
      await ann.page.keyboard.press("Escape")
      await choose(bob, /^Hiring/)
      await write(bob, "Here as well")
      await ann.sees("Here as well")
      await choose(ann, "Bob")
      await choose(ann, "Remove from room")
      await bob.sees("You were removed from this room.")

      await choose(ann, /Edit your profile/)
      await ann.page.getByRole("button", { name: "Invite people" }).waitFor()
      await choose(ann, "Your account")
      await choose(ann, "Sign out")
      await ann.page.getByRole("heading", { name: "Sign in" }).waitFor()

      // By default administrators alone invite.
      await choose(bob, /Edit your profile/)
      await bob.page.getByRole("button", { name: "Your account" }).waitFor()
      expect(await bob.page.getByRole("button", { name: "Invite people" }).count()).toBe(0)
    },
  )
}

/** The login follows from the name. */
async function register({ page, composer }: Visitor, name: string): Promise<void> {
  await page.getByLabel("Your name").and(page.locator(":focus")).waitFor()
  await page.keyboard.type(name)
  for (const _ of "12") await page.keyboard.press("Tab")
  await page.keyboard.type(password)
  await page.keyboard.press("Enter")
  await composer.waitFor()
}

async function write({ page, composer }: Visitor, text: string): Promise<void> {
  await composer.and(page.locator(":focus")).waitFor()
  await page.keyboard.type(text)
  await page.keyboard.press("Enter")
}

async function choose(visitor: Visitor, name: string | RegExp): Promise<void> {
  await reach(visitor, name)
  await visitor.page.keyboard.press("Enter")
}

/** With the tabulator, once it is there. */
async function reach({ page }: Visitor, name: string | RegExp): Promise<void> {
  const wanted = page
    .getByRole("button", { name, exact: true })
    .or(page.getByRole("link", { name, exact: true }))
    .or(page.getByRole("radio", { name, exact: true }))
  await wanted.first().waitFor()
  for (let stops = 0; stops < stopsMax; stops++) {
    if ((await wanted.and(page.locator(":focus")).count()) > 0) return
    await page.keyboard.press("Tab")
  }
  throw new Error(`${name} is not reached by the tabulator`)
}
