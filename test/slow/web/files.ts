import { expect } from "bun:test"
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import type { Page } from "playwright-core"
import { noise } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { place, pngOf } from "../../support/pictures.ts"
import { startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"
import { violations } from "./accessibility.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export function fileTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [FILE2] three files are dropped, seen on their way, described, and sent with a text`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      const { page } = ann
      const url = page.url()
      const scripts = Promise.withResolvers<void>()
      await page.route("**/chunk-*.js", (route) => scripts.promise.then(() => route.continue()))
      const paths = ["garden.png", "plan.pdf", "evil.svg"].map((file) => `${folder.path}/${file}`)
      await Bun.write(paths[0]!, pngOf(1_200, 600, { telling: true }))
      await Bun.write(paths[1]!, "%PDF-1.7 a plan")
      await Bun.write(paths[2]!, "<svg xmlns='http://www.w3.org/2000/svg' onload='top.hacked = 1'></svg>")
      // Whoever drops one before the scripts are there has it with the others.
      await page.reload({ waitUntil: "commit" })
      await page.waitForFunction(() => "dropped" in window)
      await drop(page, 600, 300, paths.slice(0, 1))
      expect(page.url()).toBe(url)
      scripts.resolve()
      await takesFiles(page)
      // A browser without a window leaves the page for no file: what the page says of it tells.
      const isPrevented = page.evaluate(() => {
        const { promise, resolve } = Promise.withResolvers<boolean>()
        addEventListener("drop", ({ defaultPrevented }) => resolve(defaultPrevented), { once: true })
        return promise
      })
      const hint = page.locator(".drop-hint")
      await drag(page, ["dragEnter"], 600, 300, paths.slice(1))
      const isHinted = hint.getByText(/^Drop files to send them to .*General/)
      await until("it is said where they go", async () => {
        // As browsers do for as long as something is held.
        await drag(page, ["dragOver"], 600, 300, paths.slice(1))
        return isHinted.isVisible()
      })
      await drag(page, ["dragCancel"], 600, 300, [])
      await gone(hint)
      await drop(page, 600, 300, paths.slice(1))
      expect(await isPrevented).toBe(true)
      expect(await hint.count()).toBe(0)
      await page.getByRole("textbox", { name: /Description of .*garden\.png/ }).fill("Two beds of beans")
      await page.getByRole("status").filter({ hasText: "3 of 3 files ready to send" }).waitFor()
      await ann.say("Look")

      await using bob = await Visitor.open(url)
      const { promise: isMeasured, resolve: measured } = Promise.withResolvers<void>()
      await bob.page.route("**/thumbnail/*", (route) => isMeasured.then(() => route.continue()))
      await bob.comeIn("Bob")
      const last = bob.page.locator(".row[data-seq]").last()
      await last.getByRole("img", { name: "Two beds of beans" }).waitFor()
      const heightOf = async () => (await last.boundingBox())?.height
      const before = await heightOf()
      measured()
      for (const visitor of [ann, bob]) {
        const row = visitor.page.locator(".row[data-seq]").last()
        const picture = row.getByRole("img", { name: "Two beds of beans" })
        await picture.waitFor()
        await visitor.page.waitForFunction(() => [...document.images].every((image) => image.complete))
        const seen = await picture.evaluate((image: HTMLImageElement) => ({
          natural: [image.naturalWidth, image.naturalHeight],
          shown: image.clientWidth / image.clientHeight,
          src: image.getAttribute("src"),
        }))
        expect([seen.natural, Math.round(seen.shown * 10) / 10]).toEqual([[800, 400], 2])
        expect(seen.src).toEndWith("/thumbnail/800.webp")
        expect(await row.locator(".prose").textContent()).toBe("Look")
        expect(await row.getByRole("link", { name: /^Download/ }).count()).toBe(2)
      }
      // Nothing moves when a picture comes.
      expect(await heightOf()).toBe(before)
      expect(page.url()).toBe(url)
      expect(await page.locator(".tray").count()).toBe(0)

      await bob.page.getByRole("img", { name: "Two beds of beans" }).click()
      const viewer = bob.page.getByRole("dialog", { name: "Two beds of beans" })
      await viewer.waitFor()
      const original = await viewer.locator("img").getAttribute("src")
      await bob.page.keyboard.press("Escape")
      await gone(viewer)
      const bytes = Buffer.from(await (await fetch(server.url + original)).arrayBuffer())
      expect([bytes.subarray(1, 4).toString(), bytes.includes(place)]).toEqual(["PNG", false])
      expect(await bob.page.evaluate(() => "hacked" in window)).toBe(false)
    },
  )

  browserTest(
    `${name}: [FILE2] a screenshot is pasted and sent alone; what the network cut goes again by a button`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, FILE_BYTES_MAX: "100000" }
      await using server = await startProcess(environment, { command: await command() })
      await using ann = await Visitor.open(server.url, { allowed: /ERR_FAILED|failed|400|413|507/ })
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      const { page } = ann
      const narrow = { status: 413, contentType: "text/html", body: "<h1>413</h1>" }
      await page.route("**/files?*", (route) => route.fulfill(narrow), { times: 1 })
      await paste(page, pngOf(30, 20))
      await page.getByRole("alert").filter({ hasText: "A proxy before the server refuses files this large." }).waitFor()
      await page.getByRole("button", { name: /^Remove / }).click()
      // What the server cannot read as a picture, the browser cannot either.
      await paste(page, pngOf(30, 20).subarray(0, 20))
      await page.getByRole("alert").filter({ hasText: "If it's a picture, try a JPEG or a PNG." }).waitFor()
      await page.locator(".upload .kind", { hasText: "PNG" }).waitFor()
      await page.getByRole("button", { name: /^Remove / }).click()

      await page.route("**/files?*", (route) => route.abort(), { times: 1 })
      await paste(page, pngOf(30, 20))
      await page.getByRole("alert").filter({ hasText: "The upload was interrupted." }).waitFor()
      expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(false)
      // And then its disk is full for a while.
      const error = { code: "ERR_STORAGE", message: "as the server says it, in English" }
      const answer = { status: 507, json: { ok: false, error } }
      await page.route("**/files?*", (route) => route.fulfill(answer), { times: 1 })
      await page.getByRole("button", { name: "Try again" }).click()
      await page.getByRole("alert").filter({ hasText: "The server's disk is nearly full" }).waitFor()
      expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true)
      await page.getByRole("button", { name: "Try again" }).click()
      await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
      await ann.composer.press("Enter")
      const picture = page.locator(".row[data-seq] .file-picture img")
      await picture.waitFor()
      expect(await page.locator(".row[data-seq] .prose").count()).toBe(0)
      expect([await picture.getAttribute("width"), await picture.getAttribute("height")]).toEqual(["30", "20"])

      await paste(page, noise(100_001), "large.bin", "application/octet-stream")
      await page.getByRole("alert").filter({ hasText: "This file is too large. The limit is 100 kB." }).waitFor()
      // What stands in its way is where Enter leads, and from there back.
      await ann.composer.fill("and on")
      await ann.composer.press("Enter")
      await page
        .getByRole("button", { name: /Remove .*large\.bin/ })
        .and(page.locator(":focus"))
        .waitFor()
      await page.keyboard.press("Enter")
      await gone(page.locator(".tray"))
      await page.locator("#composer:focus").waitFor()
      await page.keyboard.press("Enter")
      await page.locator(".row[data-seq] .prose", { hasText: "and on" }).waitFor()
    },
  )

  browserTest(
    `${name}: [FILE1] an upload that is cancelled goes no further, leaves nothing at the server, and begins again`,
    async () => {
      using folder = temporaryFolder()
      const dataDir = `${folder.path}/data`
      await using server = await startProcess({ DATA_DIR: dataDir }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      const { page } = ann
      const asked: string[] = []
      page.on("request", (request) => {
        const [, place] = /\/(uploads|files)(?:[?/]|$)/.exec(request.url()) ?? []
        if (place !== undefined) asked.push(`${request.method()} ${place}`)
      })
      const cdp = await page.context().newCDPSession(page)
      const send = (bytesASecond: number) => {
        const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesASecond }
        return cdp.send("Network.emulateNetworkConditions", conditions)
      }
      const choose = async (path: string) => {
        await page.getByRole("button", { name: "Send files" }).click()
        await page.getByLabel("Choose files").setInputFiles(path)
      }
      const cancel = async (path: string) => {
        await page.getByRole("button", { name: new RegExp(`Remove .*${basename(path)}`) }).click()
        await gone(page.locator(".tray"))
        await until("the server keeps nothing of it", () => filesIn(dataDir).length === 0)
      }
      const [small, large] = [`${folder.path}/small.bin`, `${folder.path}/large.bin`]
      await Bun.write(small, noise(900_000, 1))
      await Bun.write(large, noise(2_000_000, 2))
      await cdp.send("Network.enable")
      await send(200_000)
      for (const path of [small, large]) {
        await choose(path)
        await until("a part of it has come", () => filesIn(dataDir).some((file) => statSync(file).size > 1_000))
        await cancel(path)
      }
      // Its place is made while nobody hears of it any more.
      const { promise: isOver, resolve: over } = Promise.withResolvers<void>()
      await page.route("**/uploads?*", (route) => isOver.then(() => route.continue()), { times: 1 })
      await choose(large)
      await until("a place is asked for", () => asked.filter((one) => one === "POST uploads").length === 2)
      await cancel(large)
      over()
      await until("it is given back", () => asked.filter((one) => one === "DELETE uploads").length === 2)
      await until("the server keeps nothing of it", () => filesIn(dataDir).length === 0)

      await send(-1)
      for (const path of [small, large]) await choose(path)
      await page.getByRole("status").filter({ hasText: "2 of 2 files ready to send" }).waitFor()
      await ann.say("at last")
      const links = page.locator(".row[data-seq]").getByRole("link", { name: /^Download/ })
      await links.nth(1).waitFor()
      const uploads = asked.filter((one) => !one.startsWith("GET"))
      const began = ["POST files", "POST uploads", "PATCH uploads", "DELETE uploads", "POST uploads", "DELETE uploads"]
      expect([uploads.slice(0, 6), uploads.slice(6).sort()]).toEqual([
        began,
        ["PATCH uploads", "POST files", "POST uploads"],
      ])
      expect(
        filesIn(dataDir)
          .map((file) => statSync(file).size)
          .sort(),
      ).toEqual([2_000_000, 900_000])
    },
  )

  browserTest(`${name}: [FILE1] a large file that is cut in its middle goes on from there`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: /ERR_FAILED|failed/ })
    await ann.comeIn("Ann")
    const { page } = ann
    const bytes = noise(1_200_000)
    const half = 500_000
    const offsets: (string | undefined)[] = []
    await page.route("**/uploads/*", async (route) => {
      const request = route.request()
      if (request.method() !== "PATCH") return route.continue()
      offsets.push(request.headers()["upload-offset"])
      if (offsets.length > 1) return route.continue()
      const body = new Uint8Array(bytes.subarray(0, half))
      await fetch(request.url(), { method: "PATCH", headers: { Origin: server.url, "Upload-Offset": "0" }, body })
      await route.abort()
    })
    await takesFiles(ann.page)
    await paste(page, bytes, "plan.bin", "application/octet-stream")
    await page.getByRole("alert").filter({ hasText: "The upload was interrupted." }).waitFor()
    await page.getByRole("button", { name: "Try again" }).click()
    await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
    expect(offsets).toEqual(["0", `${half}`])
    await ann.composer.press("Enter")
    const download = page.locator(".row[data-seq]").getByRole("link", { name: /^Download/ })
    const href = await download.getAttribute("href")
    const kept = Buffer.from(await (await fetch(server.url + href)).arrayBuffer())
    expect(kept.equals(bytes)).toBe(true)
  })

  browserTest(
    `${name}: [USER2] a picture of oneself is cut by the keyboard, uploaded, and seen by others`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      await ann.comeIn("Ann")
      await ann.say("Here I am")
      const { page } = ann
      const dialog = page.getByRole("dialog")
      await page.getByRole("button", { name: /^Ann.*Edit your profile/ }).click()
      const choose = (bytes: Buffer | string) =>
        dialog.getByLabel("Upload a picture").setInputFiles({
          name: "ann.png",
          mimeType: "image/png",
          buffer: Buffer.from(bytes),
        })
      await choose("no picture at all")
      await dialog.getByRole("alert").filter({ hasText: "This picture can't be read." }).waitFor()
      await dialog.getByRole("button", { name: "Cancel" }).click()

      await choose(pngOf(1_200, 600))
      const use = dialog.getByRole("button", { name: "Use picture" })
      await dialog.getByRole("slider", { name: "Left to right", disabled: false }).waitFor()
      const [zoom, across, down] = ["Zoom", "Left to right", "Top to bottom"].map((label) => dialog.getByLabel(label))
      await across!.press("End")
      expect([await across!.inputValue(), await down!.isDisabled()]).toEqual(["1", true])
      await zoom!.press("ArrowRight")
      expect(await down!.isDisabled()).toBe(false)
      expect(await violations(ann)).toEqual([])
      await use.click()
      const address = dialog.getByLabel("Picture", { exact: true })
      await address.waitFor()
      expect(await address.inputValue()).toMatch(/^http:\/\/.+\/files\/[\w-]{22}\/picture\.webp$/)
      await dialog.getByRole("button", { name: "Save" }).click()
      await gone(dialog)

      await using bob = await Visitor.open(page.url())
      await bob.comeIn("Bob")
      const seen = bob.page.locator(".row[data-seq] .avatar img").last()
      await seen.waitFor()
      await bob.page.waitForFunction(() => [...document.images].every((image) => image.complete))
      expect(await seen.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([
        256, 256,
      ])
      expect(await seen.getAttribute("src")).toStartWith("/files/")
    },
  )
}

/** The server's, also those that are on their way. */
function filesIn(dataDir: string): string[] {
  const folder = join(dataDir, "files")
  if (!existsSync(folder)) return []
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

export async function drop(page: Page, x: number, y: number, files: readonly string[]): Promise<void> {
  await drag(page, ["dragEnter", "dragOver", "drop"], x, y, files)
}

type DragStep = "dragEnter" | "dragOver" | "drop" | "dragCancel"

async function drag(
  page: Page,
  steps: readonly DragStep[],
  x: number,
  y: number,
  files: readonly string[],
): Promise<void> {
  const client = await page.context().newCDPSession(page)
  for (const type of steps) {
    await client.send("Input.dispatchDragEvent", {
      type,
      x,
      y,
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    })
  }
}

/** What is dropped and pasted is heard once the room's name is in the title. */
export async function takesFiles(page: Page): Promise<void> {
  await page.waitForFunction(() => document.title !== "Warren")
  await page.getByRole("textbox", { name: /^Message / }).focus()
}

export async function paste(page: Page, bytes: Buffer, name = "shot.png", type = "image/png"): Promise<void> {
  await page.evaluate(
    ({ base64, name, type }) => {
      const clipboardData = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      clipboardData.items.add(new File([bytes], name, { type }))
      document.activeElement?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }))
    },
    { base64: bytes.toString("base64"), name, type },
  )
}
