/** What the page has where nobody is known (AUTH=open) and where tokens say who is who, and what of accounts it has not. */
import { expect } from "bun:test"
import type { Locator } from "playwright-core"
import { connect, type TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { joinElsewhere, password } from "./accounts.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export function modeTests({ name, command }: Edition): void {
  browserTest(`${name}: [OPEN1] with AUTH=open there is nothing private, no role, and no account`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    await createRoom(ann, ["Public", "Unlisted"])
    expect(await introOf(ann)).toEqual(["No messages yet. Say hello.", "Invite people with the link."])
    await using bob = await connect(server.url)
    await bob.ask("join_room", { roomId: roomIn(ann), userId: "bob", username: "Bob" })
    await bob.ask("send_message", { roomId: roomIn(ann), userId: "bob", content: "Hello Ann" })

    expect(await panelOf(ann)).toEqual(["Close", "Copy link", "Search in this room", "Leave room"])
    await ann.page.locator(".panel .member", { hasText: "Bob" }).waitFor()
    expect(await actionsOf(ann, "Hello Ann")).toEqual(["Add a reaction", "Reply", "Copy link"])
    expect(await headingsOf(ann)).toEqual(["Your rooms"])
    expect(await profileOf(ann)).toEqual(["Close", "Upload a picture", "Save"])
  })

  browserTest(
    `${name}: [AUTH2] [ROOM6] with AUTH=token there are private rooms, roles and messages between two, and no account`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await using server = await startProcess(environment, { command: await command() })
      await using bob = await connect(server.url, ["websocket"], {
        auth: { token: await tokenOf({ sub: "bob", name: "Bob" }) },
      })
      await bob.ask("my_rooms", {})
      await using ann = await Visitor.open(`${server.url}/#token=${await tokenOf({ sub: "ann", name: "Ann" })}`)
      await ann.page.getByRole("link", { name: /^General/ }).click()
      expect(await introOf(ann)).toContain("The link works for everyone with access to this server.")
      await createRoom(ann, ["Public", "Unlisted", "Private"])
      await ann.page.getByRole("button", { name: "Add people" }).click()
      const add = ann.page.getByRole("button", { name: "Add Bob" })
      await add.click()
      await gone(add)
      // Who adds one, adds more: the focus stays in the dialog.
      await ann.page.locator("dialog :focus").waitFor()
      await ann.page.keyboard.press("Escape")
      await bob.ask("join_room", { roomId: roomIn(ann) })
      await bob.ask("send_message", { roomId: roomIn(ann), content: "Hello Ann" })

      expect(await actionsOf(ann, "Hello Ann")).toEqual(["Add a reaction", "Reply", "Copy link", "Delete"])
      await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).waitFor()
      expect(await panelOf(ann)).toEqual([
        ...["Close", "Copy link", "Search in this room", "Edit room", "Ann", "Bob", "Add people", "Leave room"],
      ])
      expect(await profileOf(ann)).toEqual(["Close", "Upload a picture", "Sign out", "Save"])

      await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).click()
      await ann.page.getByRole("button", { name: "Remove and ban" }).waitFor()
      expect(await buttonsIn(ann.page.getByRole("dialog"))).toEqual([
        ...["Close", "Message", "Make moderator", "Make owner", "Remove from room", "Remove and ban"],
      ])
      await ann.page.getByRole("button", { name: "Message", exact: true }).click()
      await ann.page.getByRole("heading", { name: "Bob", level: 1 }).waitFor()
      await ann.say("Between us")
      await ann.page.getByRole("link", { name: /^Bob.*Between us/ }).waitFor()
      expect(await headingsOf(ann)).toEqual(["Your rooms", "Direct messages"])

      // Where one is writing to somebody, nothing leads there.
      await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).click()
      await ann.page.getByRole("dialog", { name: "Bob" }).waitFor()
      expect(await buttonsIn(ann.page.getByRole("dialog"))).toEqual(["Close"])
    },
  )

  browserTest(
    `${name}: [ACC5] with INVITES=members whoever is no administrator invites to the room that is open`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts", INVITES: "members" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await using ann = await connect(server.url, ["websocket"], {
        auth: { token: await joinElsewhere(server.url, setup, "Ann") },
      })
      await joinElsewhere(server.url, await inviteTo(ann), "Bob")
      await using bob = await Visitor.open(server.url, { allowed: /40[0-9]/ })
      await bob.page.getByLabel("Login").fill("bob")
      await bob.page.getByLabel("Password").fill(password)
      await bob.page.keyboard.press("Enter")
      await bob.composer.waitFor()
      const invite = bob.page.locator(".intro").getByRole("button", { name: "Invite people" })
      await invite.waitFor()
      expect(await introOf(bob)).toContain(
        "The link works for everyone with an account here. Invite those who don't have one.",
      )
      await invite.click()
      await bob.sees(/join you in .?General/)
      await bob.page.getByRole("button", { name: "Create a link" }).click()
      const [, code] = (await bob.page.getByLabel("Address").inputValue()).split("=")
      expect(await peek(server.url, code)).toMatchObject({ kind: "invite", username: "Bob", roomName: "General" })

      // Who has an account already comes by an invite into a room that nobody else sees.
      const made = await ann.ask("create_room", { name: "Hiring", visibility: "private" })
      await bob.page.goto(await inviteTo(ann, made.ok ? made.room.id : ""))
      await bob.sees(/Ann.? invites you to .?Hiring/)
      await bob.page.getByRole("button", { name: /^Continue as .?Bob/ }).click()
      await bob.page.getByRole("heading", { name: "Hiring", level: 1 }).waitFor()
      await bob.composer.waitFor()
    },
  )
}

/** Whose creator one is: who is anything there is its owner. */
async function createRoom({ page, composer }: Visitor, offered: readonly string[]): Promise<void> {
  await page.getByRole("button", { name: "New room" }).click()
  await page.getByLabel("Name", { exact: true }).fill("Garden")
  expect(await page.locator(".choice strong").allTextContents()).toEqual([...offered])
  // They leave no hole, however many there are.
  const [whole, last] = [page.locator(".choices"), page.locator(".choice").last()]
  expect(await rightOf(last)).toBeCloseTo(await rightOf(whole), 0)
  await last.click()
  await page.getByRole("button", { name: "Create room" }).click()
  await page.getByRole("heading", { name: "Garden", level: 1 }).waitFor()
  await composer.waitFor()
}

async function rightOf(element: Locator): Promise<number> {
  const { x = 0, width = 0 } = (await element.boundingBox()) ?? {}
  return x + width
}

function roomIn({ page }: Visitor): string {
  return new URL(page.url()).pathname.split("/")[2] ?? ""
}

async function inviteTo(client: TestClient, roomId?: string): Promise<string> {
  const answer = await client.ask("create_invite", { roomId })
  return answer.ok ? answer.invite.url : ""
}

async function peek(url: string, code: string | undefined): Promise<unknown> {
  const headers = { "Content-Type": "application/json" }
  return (await fetch(`${url}/api/peek`, { method: "POST", headers, body: JSON.stringify({ code }) })).json()
}

/** What they are called, in their order. A choice of files is a button as well. */
function buttonsIn(place: Locator): Promise<string[]> {
  return place.getByRole("button").evaluateAll((buttons) =>
    buttons.map((button) => {
      const label = button instanceof HTMLInputElement ? button.labels?.[0] : button
      return button.getAttribute("aria-label") ?? (label?.querySelector("bdi") ?? label)?.textContent ?? ""
    }),
  )
}

/** These come and go with the browser, and with what was read. */
const passing = ["Turn on notifications", "Mark as read"]

async function panelOf({ page }: Visitor): Promise<string[]> {
  return (await buttonsIn(page.locator(".panel"))).filter((name) => !passing.includes(name))
}

/** Of somebody else's message, without the emoji at hand. */
async function actionsOf({ page }: Visitor, text: string): Promise<string[]> {
  await page.locator(".message", { hasText: text }).hover()
  const toolbar = page.getByRole("toolbar", { name: "Message actions" })
  await toolbar.getByRole("button", { name: "Reply" }).waitFor()
  return (await buttonsIn(toolbar)).filter((name) => !name.startsWith("React with"))
}

function headingsOf({ page }: Visitor): Promise<string[]> {
  return page.locator(".sidebar h2").allTextContents()
}

/** What stands before the first message, once its link is there. */
async function introOf({ page }: Visitor): Promise<string[]> {
  await page.locator(".intro").getByRole("button", { name: "Copy link" }).waitFor()
  return page.locator(".intro p").allTextContents()
}

async function profileOf({ page }: Visitor): Promise<string[]> {
  await page.getByRole("button", { name: /Edit your profile/ }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: "Save" }).waitFor()
  const names = await buttonsIn(dialog)
  await page.keyboard.press("Escape")
  await gone(dialog)
  return names
}
