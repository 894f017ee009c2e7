/** People with accounts: the first one sets the server up, brings others by a link, and uses a second device. */
import { expect } from "bun:test"
import type { Route, WebSocketRoute } from "playwright-core"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { clientId, clientSecret, startProvider } from "../../support/provider.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export const password = "correct horse battery"
/** Asking who one is, before one is somebody. */
const allowed = /40[0-9]/

export function accountTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [ACC1] [ACC2] [ACC10] from the first start to two people who talk, with a second device and a way out`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }

      await using ann = await Visitor.open(setup, { allowed })
      await ann.sees("You're the first one here")
      expect(ann.page.url()).not.toContain("code")
      await ann.page.getByLabel("Your name").fill("Ann")
      await ann.page.getByLabel("Login").fill("ann")
      await ann.page.getByLabel("Password").fill("short")
      await ann.page.getByRole("button", { name: "Create account" }).click()
      await ann.page.getByLabel("Password").and(ann.page.locator("[aria-invalid=true]")).waitFor()
      await ann.page.getByLabel("Password").fill(password)
      await ann.page.keyboard.press("Enter")

      // Whoever is alone has people to bring.
      await ann.page.getByRole("button", { name: "Create a link" }).click()
      const invite = await ann.page.getByLabel("Address").inputValue()
      await ann.page.getByRole("img", { name: "QR code of the link" }).waitFor()
      await ann.page.keyboard.press("Escape")
      // A room's link gives no account.
      await ann.page.locator(".intro").getByRole("button", { name: "Invite people" }).waitFor()
      await ann.say("Hello, whoever comes")

      await using bob = await Visitor.open(invite, { size: "phone", allowed })
      await bob.sees(/Ann.? invites you/)
      await bob.page.getByLabel("Your name").fill("Bob")
      await bob.page.getByLabel("Login").fill("Ann")
      await bob.page.getByLabel("Password").fill(password)
      await bob.page.getByRole("button", { name: "Join the team" }).click()
      await bob.sees("This login is taken")
      await bob.page.getByLabel("Login").fill("bob")
      await bob.page.keyboard.press("Enter")
      await bob.sees("Hello, whoever comes")
      await bob.sees("For anyone else, ask an administrator.")
      expect(await bob.page.locator(".intro").getByRole("button").allTextContents()).toEqual(["Copy link"])
      await bob.say("Hello Ann")
      await ann.sees("Hello Ann")
      expect(await bob.page.evaluate(() => document.cookie)).toBe("")
      await bob.page.reload()
      await bob.sees("Hello Ann")

      // Another device of hers, by what it scans.
      await ann.page.getByRole("button", { name: /Edit your profile/ }).click()
      await ann.page.getByRole("button", { name: "Your account" }).click()
      await ann.page.getByRole("button", { name: "Show a QR code" }).click()
      const device = await ann.page.getByLabel("Address").inputValue()
      await using phone = await Visitor.open(device, { size: "phone", allowed })
      await phone.page.getByRole("button", { name: /^Continue as/ }).click()
      await phone.sees("Hello Ann")
      await phone.say("from the phone")
      await bob.sees("from the phone")

      // Used, it is nobody's.
      await using thief = await Visitor.open(device, { allowed })
      await thief.sees("This link has already been used")
      await thief.page.getByRole("button", { name: "Continue" }).click()
      await thief.page.getByLabel("Login").fill("ann")
      await thief.page.getByLabel("Password").fill("not the password")
      await thief.page.keyboard.press("Enter")
      await thief.sees("This login and password don't match.")

      await ann.page.keyboard.press("Escape")
      await ann.page.getByRole("button", { name: /Edit your profile/ }).click()
      await ann.page.getByRole("button", { name: "Your account" }).click()
      const downloading = ann.page.waitForEvent("download")
      await ann.page.getByRole("button", { name: "Download my data" }).click()
      const downloaded = await downloading
      expect(downloaded.suggestedFilename()).toMatch(/^warren-my-data-[\d-]{10}\.ndjson$/)
      const lines = (await Bun.file(await downloaded.path()).text()).trimEnd().split("\n")
      const kinds = lines.map((line) => JSON.parse(line).kind)
      expect(kinds.filter((kind) => kind === "message")).toHaveLength(2)
      expect([kinds[0], kinds.at(-1)]).toEqual(["warren", "end"])

      const others = ann.page.getByRole("listitem").filter({ hasText: "Last used" })
      await others.getByRole("button", { name: "Sign out" }).click()
      await phone.page.getByRole("heading", { name: "Sign in" }).waitFor()
      await phone.sees("You're signed out. Sign in again.")
      await ann.page.locator(".dialog .buttons", { hasText: "Sign out" }).getByRole("button").click()
      await ann.sees("No account yet?")
      await ann.page.getByLabel("Login").fill("ANN")
      await ann.page.getByLabel("Password").fill(password)
      await ann.page.keyboard.press("Enter")
      await ann.sees("from the phone")

      await ann.page.getByRole("button", { name: /Edit your profile/ }).click()
      await ann.page.getByRole("button", { name: "Administration" }).click()
      const row = ann.page.getByRole("listitem").filter({ hasText: "bob" })
      await row.getByRole("button", { name: "Close account" }).click()
      await row.getByRole("button", { name: "Reopen account" }).waitFor()
      await bob.page.getByRole("heading", { name: "Sign in" }).waitFor()
      await bob.page.getByLabel("Login").fill("bob")
      await bob.page.getByLabel("Password").fill(password)
      await bob.page.keyboard.press("Enter")
      await bob.sees("This account is closed. Ask an administrator.")
    },
  )

  browserTest(
    `${name}: [ROOM6] [MEM4] [READ1] direct messages, roles and removing; what is read on one device is read on the other`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await using ann = await Visitor.open(setup, { allowed })
      await register(ann, "Ann", "Create account")
      await ann.page.getByRole("button", { name: "Create a link" }).click()
      const invite = await ann.page.getByLabel("Address").inputValue()
      await ann.page.keyboard.press("Escape")
      await using bob = await Visitor.open(invite, { size: "phone", allowed })
      await register(bob, "Bob", "Join the team")
      await bob.say("Here I am")
      await ann.sees("Here I am")
      // Cleo belongs to the room as well, and is not there.
      await joinElsewhere(server.url, invite, "Cleo")
      await ann.page.reload()
      await ann.page.locator(".panel").getByRole("heading", { name: "3 members · 2 online" }).waitFor()
      await ann.page.locator(".room-header").getByText("2 online").waitFor()

      await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).click()
      await ann.page.getByRole("button", { name: "Message", exact: true }).click()
      await ann.page.getByRole("heading", { name: "Bob", level: 1 }).waitFor()
      await ann.say("Between us")
      await ann.sees("Between us")
      await ann.page.getByRole("heading", { name: "Direct messages" }).waitFor()
      await ann.page.getByRole("link", { name: /^Bob Online/ }).waitFor()
      await ann.page.locator(".room-header").getByText("Online", { exact: true }).waitFor()

      // Who is in no room that is open is found by name all the same, and written to.
      await ann.page.keyboard.press("Control+k")
      await ann.page.getByRole("combobox").fill("cle")
      await ann.page.getByRole("option", { name: /^Cleo Away/ }).waitFor()
      await ann.page.keyboard.press("Enter")
      await ann.page.getByRole("heading", { name: "Cleo", level: 1 }).waitFor()
      await ann.page.getByRole("link", { name: /^Cleo Away/ }).waitFor()

      // He learns of it when he comes back, on whatever device.
      await bob.page.reload()
      await bob.page.getByRole("link", { name: "Back to rooms" }).click()
      await bob.page.getByRole("link", { name: /^Ann.*Between us.*1 unread/ }).click()
      await bob.sees("Between us")
      await using second = await Visitor.open(server.url, { allowed })
      await second.page.getByLabel("Login").fill("bob")
      await second.page.getByLabel("Password").fill(password)
      await second.page.keyboard.press("Enter")
      await second.page.getByRole("link", { name: /^Ann.*Between us/ }).waitFor()
      expect(await second.page.getByRole("link", { name: /^Ann.*unread/ }).count()).toBe(0)

      // Direct messages are no room to be left and found by a link: closed, they come back with the next one.
      await ann.page.getByRole("link", { name: /^Bob/ }).click()
      await ann.page.locator(".panel").getByRole("heading", { name: "Conversation details" }).waitFor()
      await ann.page.locator(".panel").getByRole("button", { name: "Search in this conversation" }).waitFor()
      await ann.page.locator(".panel").getByRole("button", { name: "Close conversation" }).click()
      await ann.sees("until its next message")
      expect(await ann.page.locator(".dialog").getByRole("button", { name: "Copy link" }).count()).toBe(0)
      await ann.page.locator(".dialog .buttons").getByRole("button", { name: "Close" }).click()
      await gone(ann.page.getByRole("link", { name: /^Bob/ }))
      await bob.say("Are you there?")
      await ann.page.getByRole("link", { name: /^Bob.*Are you there/ }).waitFor()

      await ann.page.getByRole("button", { name: "New room" }).click()
      await ann.page.getByLabel("Name", { exact: true }).fill("Hiring")
      await ann.page.getByRole("radio", { name: /^Private/ }).check()
      await ann.page.getByRole("button", { name: "Create room" }).click()
      await ann.page.getByRole("heading", { name: "Hiring", level: 1 }).waitFor()
      await ann.say("For few")
      await ann.sees("For few")
      await ann.page.locator(".room-header").getByText("Private", { exact: true }).waitFor()
      await ann.page.getByRole("link", { name: /^Hiring Private/ }).waitFor()
      expect(await ann.page.getByRole("link", { name: /^General Private/ }).count()).toBe(0)
      // A link lets nobody in there.
      await ann.page.locator(".intro", { hasText: "Hiring" }).waitFor()
      expect(await ann.page.locator(".intro").getByRole("button", { name: "Copy link" }).count()).toBe(0)
      await second.page.reload()
      await second.page.getByRole("link", { name: /^General/ }).waitFor()
      expect(await second.page.getByText("Hiring").count()).toBe(0)
      await ann.page.getByRole("button", { name: "Add people" }).click()
      await ann.page.getByRole("button", { name: "Add Bob" }).click()
      await ann.page.keyboard.press("Escape")
      // He learns of it at once, on each device.
      await second.page.getByRole("link", { name: /^Hiring/ }).waitFor()

      // Its owner says how long it keeps what is said, and finds it so again.
      const keep = ann.page.getByLabel("Keep messages")
      await ann.page.getByRole("button", { name: "Edit room" }).click()
      await keep.and(ann.page.locator(":enabled")).waitFor()
      expect(await keep.inputValue()).toBe("0")
      await keep.selectOption("90")
      await ann.page.getByRole("button", { name: "Save" }).click()
      await gone(keep)
      await ann.page.getByRole("button", { name: "Edit room" }).click()
      await keep.and(ann.page.locator(":enabled")).waitFor()
      expect(await keep.inputValue()).toBe("90")
      await ann.page.keyboard.press("Escape")

      await ann.page.getByRole("link", { name: /^General/ }).click()
      await ann.page.getByRole("button", { name: "Edit room" }).click()
      const name = ann.page.locator("dialog").getByLabel("Name")
      await name.fill("")
      await ann.page.getByRole("button", { name: "Save" }).click()
      await name.and(ann.page.locator("[aria-invalid=true]")).waitFor()
      await name.fill("General")
      await ann.page.getByLabel("Topic").fill("All that concerns all")
      await ann.page.getByRole("button", { name: "Save" }).click()
      await ann.page.locator(".heading").getByText("All that concerns all").waitFor()
      await ann.page.locator(".panel").getByRole("button", { name: "Bob" }).click()
      await ann.page.getByRole("button", { name: "Remove and ban" }).click()
      await second.sees("You were removed from this room.")
      await second.page.reload()
      await second.sees("You can't enter this room")
    },
  )
}

/** What is there before the way in can be. */
export function comingTests({ name, command }: Edition): void {
  browserTest(
    `${name}: however slowly a way in comes, there is never nothing to see, and never another way in`,
    async () => {
      using closed = temporaryFolder()
      using opened = temporaryFolder()
      const environment = { DATA_DIR: closed.path, AUTH: "accounts" }
      await using server = await startProcess(environment, { command: await command() })
      await using open = await startProcess({ DATA_DIR: opened.path }, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      for (const [url, heading] of [
        [setup, "Set up Warren"],
        [server.url, "Sign in"],
        [open.url, "Welcome to Warren"],
      ] as const) {
        await using ann = await Visitor.open("about:blank", { allowed })
        await ann.page.addInitScript(watchWaysIn)
        const slow = (route: Route) => Bun.sleep(300).then(() => route.continue())
        await ann.page.route(/\/chunk-.*\.js|\/api\//, slow)
        // Later than all else: only it says whether this browser is known.
        const late = (socket: WebSocketRoute) => void Bun.sleep(3_000).then(() => socket.connectToServer())
        await ann.page.routeWebSocket(/socket\.io/, late)
        await ann.page.goto(url)
        await ann.page.getByRole("heading", { name: heading }).waitFor()
        const { nothing, headings } = await ann.page.evaluate(() => ({ ...document.documentElement.dataset }))
        expect(nothing).toBeUndefined()
        expect(headings).toBe(`Warren,${heading}`)
      }
    },
  )

  browserTest(`${name}: what is not known yet of a room is not guessed`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, AUTH: "accounts" }, { command: await command() })
    const { url: setup } = server.summary["setupLink"] as { url: string }
    await using ann = await Visitor.open(setup, { allowed })
    await register(ann, "Ann", "Create account")
    await ann.composer.waitFor()
    await ann.page.getByRole("button", { name: "Create a link" }).click()
    await joinElsewhere(server.url, await ann.page.getByLabel("Address").inputValue(), "Cleo")
    await ann.page.keyboard.press("Escape")
    await ann.page.keyboard.press("Control+k")
    await ann.page.getByRole("combobox").fill("cle")
    await ann.page.getByRole("option", { name: /^Cleo/ }).waitFor()
    await ann.page.keyboard.press("Enter")
    await ann.page.getByRole("heading", { name: "Cleo", level: 1 }).waitFor()
    await ann.page.getByRole("link", { name: /^General/ }).click()
    await ann.page.locator(".panel").getByRole("heading", { name: "2 members · 1 online" }).waitFor()
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    await ann.page.routeWebSocket(/socket\.io/, (socket) => void isReleased.then(() => socket.connectToServer()))
    await ann.page.reload()
    const panel = ann.page.locator(".panel")
    await panel.getByRole("heading", { name: "Members", exact: true }).waitFor()
    expect(await panel.getByRole("radio", { checked: true }).count()).toBe(0)
    const listed = (title: string) =>
      ann.page.locator(".room-lists section", { hasText: title }).locator("bdi.name").allTextContents()
    expect([await listed("Your rooms"), await listed("Direct messages")]).toEqual([["General"], ["Cleo"]])
    release()
    await panel.getByRole("heading", { name: "2 members · 1 online" }).waitFor()
    await panel.getByRole("radio", { name: "Mentions", checked: true }).waitFor()
  })
}

/** Marks the page if it ever shows nothing, once it showed something, and with each heading of an entrance that it shows. */
function watchWaysIn(): void {
  let isBegun = false
  const headings = new Set<string>()
  const look = () => {
    const isSomething = [...(document.body?.children ?? [])].some((part) => part.checkVisibility())
    isBegun ||= isSomething
    const root = document.documentElement
    if (isBegun && !isSomething) root.dataset["nothing"] = "seen"
    const heading = document.querySelector(".gate h1")?.textContent
    if (heading) headings.add(heading)
    if (root) root.dataset["headings"] = [...headings].join()
    requestAnimationFrame(look)
  }
  look()
}

/** Ways in beside a password. */
export function wayInTests({ name, command }: Edition): void {
  browserTest(`${name}: [ACC8] by a provider, whose button leads there and back to the room`, async () => {
    using provider = await startProvider()
    using folder = temporaryFolder()
    const oidc = { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret }
    const environment = { DATA_DIR: folder.path, AUTH: "accounts", ...oidc, OIDC_NAME: "Example", OIDC_GROUP: "chat" }
    await using server = await startProcess(environment, { command: await command() })
    provider.says = { sub: "1", name: "Bob Lee", groups: ["chat"] }
    await using bob = await Visitor.open(server.url, { allowed })
    await bob.page.getByRole("button", { name: /^Sign in with .*Example/ }).click()
    await bob.page.getByRole("link", { name: /^General/ }).click()
    await bob.say("Here by the provider")
    await bob.sees("Here by the provider")
    const { pathname } = new URL(bob.page.url())

    // A room's address leads to that room, also for who signs in first.
    await using phone = await Visitor.open(server.url + pathname, { size: "phone", allowed })
    await phone.page.getByRole("button", { name: /^Sign in with .*Example/ }).click()
    await phone.sees("Here by the provider")
    expect(new URL(phone.page.url())).toMatchObject({ pathname, hash: "" })

    // With a password of their own they may go without it, and come back to it.
    await openAccount(bob)
    await bob.sees("This is how you sign in.")
    await bob.page.getByRole("button", { name: "Set a password" }).click()
    expect(await bob.page.getByLabel("Current password").count()).toBe(0)
    await bob.page.getByLabel("New password").fill(password)
    await bob.page.keyboard.press("Enter")
    await bob.page.getByRole("button", { name: "Change password" }).waitFor()
    await bob.page.getByRole("button", { name: "Unlink" }).click()
    await bob.page.getByRole("button", { name: "Link", exact: true }).click()
    await openAccount(bob)
    await bob.sees("Your account is linked")
    expect(new URL(bob.page.url()).pathname).toBe(pathname)

    // Nobody gets in by it whom the provider does not vouch for.
    provider.says = { sub: "2", name: "Eve" }
    await using eve = await Visitor.open(server.url, { allowed })
    await eve.page.getByRole("button", { name: /^Sign in with .*Example/ }).click()
    await eve.sees("You have no account here")
    await eve.page.getByRole("link", { name: "Go to Warren" }).click()
    await eve.page.getByLabel("Password").waitFor()
  })

  browserTest(
    `${name}: [ACC9] by a passkey, which is added, used, and removed; an address without a name has none`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path, AUTH: "accounts" }, { command: await command() })
      const { url: setup } = server.summary["setupLink"] as { url: string }
      await using ann = await Visitor.open(setup.replace("127.0.0.1", "localhost"), { allowed })
      await giveAuthenticator(ann)
      await register(ann, "Ann", "Create account")
      await ann.page.getByRole("button", { name: "Create a link" }).waitFor()
      await ann.page.keyboard.press("Escape")
      await openAccount(ann)
      await ann.page.getByRole("button", { name: "Add a passkey" }).click()
      await ann.page.getByLabel("Name of the passkey").fill("Laptop")
      await ann.page.keyboard.press("Enter")
      const laptop = ann.page.getByRole("listitem").filter({ hasText: "Laptop" })
      await laptop.filter({ hasText: "Added" }).waitFor()

      await signOut(ann)
      await ann.page.getByRole("button", { name: "Sign in with a passkey" }).click()
      await openAccount(ann)
      await laptop.filter({ hasText: "Last used" }).waitFor()
      await laptop.getByRole("button", { name: "Remove" }).click()
      await gone(laptop)

      // The device has it still, and it is nobody's here.
      await signOut(ann)
      await ann.page.getByRole("button", { name: "Sign in with a passkey" }).click()
      await ann.sees("This passkey isn't known here")

      await using other = await Visitor.open(server.url, { allowed })
      await other.page.getByLabel("Login").fill("ann")
      expect(await other.page.getByRole("button", { name: "Sign in with a passkey" }).count()).toBe(0)
      await other.page.getByLabel("Password").fill(password)
      await other.page.keyboard.press("Enter")
      await openAccount(other)
      await other.sees("Passkeys need a secure address")
    },
  )
}

export async function openAccount({ page }: Visitor): Promise<void> {
  await page.getByRole("button", { name: /Edit your profile/ }).click()
  await page.getByRole("button", { name: "Your account" }).click()
}

async function signOut({ page }: Visitor): Promise<void> {
  await page.locator(".dialog .buttons", { hasText: "Sign out" }).getByRole("button").click()
  await page.getByLabel("Password").waitFor()
}

/** Keeps passkeys for the page, and says yes for its owner: what a phone or a laptop does. */
export async function giveAuthenticator({ page }: Visitor): Promise<void> {
  const tools = await page.context().newCDPSession(page)
  await tools.send("WebAuthn.enable")
  await tools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/** With a client that is no page of this server, and is not connected. Resolves to its token. */
export async function joinElsewhere(url: string, invite: string, username: string): Promise<string> {
  const code = new URLSearchParams(new URL(invite).hash.slice(1)).get("code")
  const body = JSON.stringify({ invite: code, login: username.toLowerCase(), username, password })
  const headers = { "Content-Type": "application/json" }
  const response = await fetch(`${url}/api/join`, { method: "POST", headers, body })
  expect(response.status).toBe(200)
  return ((await response.json()) as { token: string }).token
}

export async function register({ page }: Visitor, name: string, submit: string): Promise<void> {
  await page.getByLabel("Your name").fill(name)
  await page.getByLabel("Login").fill(name.toLowerCase())
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: submit }).click()
}
