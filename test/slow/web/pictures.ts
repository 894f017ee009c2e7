/** Pictures on a phone, and where a picture that is dropped goes. */
import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { box } from "../../support/films.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { jpegOf, place, pngOf, telling } from "../../support/pictures.ts"
import { startProcess } from "../../support/process.ts"
import { violations } from "./accessibility.ts"
import { browserTest, gone, Visitor } from "./browser.ts"
import { drop, paste, takesFiles } from "./files.ts"
import type { Edition } from "./server.ts"

export function pictureTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [FILE1] a photo is taken on a phone, sent without its place, and looked at closely`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url, { size: "phone", hasTouch: true, isMobile: true })
      const { page } = ann
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      await page.getByRole("button", { name: "Send files" }).tap()
      const photo = {
        name: `IMG_1 ${"of the harbour ".repeat(6)}.jpg`,
        mimeType: "image/jpeg",
        buffer: telling(await jpegOf(1_200, 600), 6),
      }
      await page.getByLabel("Choose files").setInputFiles(photo)
      await page.getByRole("textbox", { name: /Description of .*IMG_1/ }).fill("The harbour")
      // However long its name is, what takes it away again is within reach.
      const { x: left, width } = (await page.getByRole("button", { name: /^Remove .*IMG_1/ }).boundingBox())!
      expect(left + width).toBeLessThanOrEqual(390)
      await page.getByRole("button", { name: "Send", exact: true }).tap()
      const picture = page.locator(".row[data-seq]").getByRole("img", { name: "The harbour" })
      await picture.waitFor()
      expect([await picture.getAttribute("width"), await picture.getAttribute("height")]).toEqual(["600", "1200"])

      await picture.tap()
      const viewer = page.getByRole("dialog", { name: "The harbour" })
      const shown = viewer.getByRole("img")
      await shown.waitFor()
      const address = await shown.getAttribute("src")
      const sent = Buffer.from(await (await fetch(server.url + address)).arrayBuffer())
      expect([sent.subarray(0, 2).toString("hex"), sent.includes(place)]).toEqual(["ffd8", false])

      const fits = (await shown.boundingBox())!
      const [x, y] = [fits.x + fits.width * 0.75, fits.y + fits.height * 0.25]
      const cdp = await page.context().newCDPSession(page)
      // As fast as a finger is, and no third and fourth time, however fast or slow the machine is.
      let beginning = Date.now() / 1_000
      const tapTwice = async () => {
        beginning += 1
        const touch = (type: "touchStart" | "touchEnd", after: number) => {
          const touchPoints = type === "touchStart" ? [{ x, y }] : []
          return cdp.send("Input.dispatchTouchEvent", { type, touchPoints, timestamp: beginning + after })
        }
        await Promise.all([
          touch("touchStart", 0),
          touch("touchEnd", 0.02),
          touch("touchStart", 0.1),
          touch("touchEnd", 0.12),
        ])
      }
      await tapTwice()
      await page.locator(".viewer-frame.enlarged").waitFor()
      const large = (await shown.boundingBox())!
      expect(Math.round(large.width / fits.width)).toBe(3)
      // What was tapped is still under the finger.
      expect(Math.abs((x - large.x) / large.width - 0.75)).toBeLessThan(0.02)
      expect(Math.abs((y - large.y) / large.height - 0.25)).toBeLessThan(0.02)
      await tapTwice()
      await page.locator(".viewer-frame:not(.enlarged)").waitFor()

      await cdp.send("Input.synthesizePinchGesture", { x, y, scaleFactor: 2, relativeSpeed: 3_000 })
      await page.waitForFunction(() => (window.visualViewport?.scale ?? 1) > 1.5)
      await viewer.waitFor()
    },
  )

  browserTest(
    `${name}: arrows lead through the pictures of a message as its lines run, and it says where one is`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page } = ann
      await ann.comeIn("Ann")
      await takesFiles(page)
      for (const file of ["first.png", "second.png", "third.png"]) await paste(page, pngOf(60, 40), file)
      await page.getByRole("status").filter({ hasText: "3 of 3 files ready to send" }).waitFor()
      await page.keyboard.press("Enter")
      await page.locator(".row[data-seq] .file-picture").first().click()
      const at = (place: string) => page.getByRole("dialog").getByRole("status").getByText(place).waitFor()
      await at("1 of 3")
      await page.keyboard.press("ArrowRight")
      await at("2 of 3")
      await page.keyboard.press("ArrowLeft")
      await at("1 of 3")
      await page.keyboard.press("Escape")
      await page.evaluate(() => {
        document.documentElement.dir = "rtl"
      })
      await page.locator(".row[data-seq] .file-picture").first().click()
      await at("1 of 3")
      await page.keyboard.press("ArrowLeft")
      await at("2 of 3")
    },
  )

  browserTest(
    `${name}: [USER2] a picture that is dropped on one's profile is cut for it, and is no message's`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page } = ann
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      await page.getByRole("button", { name: /^Ann.*Edit your profile/ }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByLabel("Upload a picture").waitFor({ state: "attached" })
      const path = `${folder.path}/ann.png`
      await Bun.write(path, pngOf(1_200, 600))
      await drop(page, 640, 400, [path])
      await dialog.getByRole("slider", { name: "Left to right", disabled: false }).waitFor()
      await dialog.getByRole("button", { name: "Use picture" }).click()
      const address = dialog.getByLabel("Picture", { exact: true })
      await address.waitFor()
      expect(await address.inputValue()).toMatch(/\/files\/[\w-]{22}\/picture\.webp$/)
      await dialog.getByRole("button", { name: "Save" }).click()
      await gone(dialog)
      expect(await page.locator(".tray").count()).toBe(0)
      // After it, what is dropped is the message's again.
      await drop(page, 640, 400, [path])
      await page.getByRole("status").filter({ hasText: "1 of 1 file ready to send" }).waitFor()
    },
  )

  browserTest(
    `${name}: [FILE3] sound and video play in their place, and the arrows lead through pictures`,
    async () => {
      using folder = temporaryFolder()
      await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
      await using ann = await Visitor.open(server.url)
      const { page } = ann
      await ann.comeIn("Ann")
      await takesFiles(ann.page)
      await paste(page, silence(1), "call.wav", "audio/wav")
      await paste(page, pngOf(40, 20), "one.png")
      await paste(page, pngOf(20, 40), "two.png")
      await paste(page, await filmed(page, "video/webm"), "film.webm", "video/webm")
      await paste(page, takenSomewhere(await filmed(page, "video/mp4")), "walk.mp4", "video/mp4")
      await page.getByRole("status").filter({ hasText: "5 of 5 files ready to send" }).waitFor()
      await ann.composer.press("Enter")
      const row = page.locator(".row[data-seq]")
      for (const [kind, label] of [
        ["audio", "call.wav"],
        ["video", "film.webm"],
        // Its place is taken out of it, and it plays all the same.
        ["video", "walk.mp4"],
      ] as const) {
        const media = row.locator(`${kind}[aria-label="${label}"][controls]`)
        await media.waitFor()
        await media.evaluate(async (element: HTMLMediaElement) => {
          element.muted = true
          await element.play()
          while (element.currentTime < 0.1) {
            await new Promise((resolve) => element.addEventListener("timeupdate", resolve, { once: true }))
          }
          element.pause()
        })
        const kept = await fetch(await media.evaluate((element: HTMLMediaElement) => element.currentSrc))
        expect(Buffer.from(await kept.arrayBuffer()).includes(place), label).toBe(false)
        await row.getByRole("link", { name: new RegExp(`^Download .*${label}`) }).waitFor()
      }
      await row.getByRole("img", { name: /one\.png/ }).click()
      const shown = page.getByRole("dialog").getByRole("img")
      for (const [key, label] of [
        ["ArrowRight", /two\.png/],
        ["ArrowRight", /one\.png/],
        ["ArrowLeft", /two\.png/],
      ] as const) {
        await page.keyboard.press(key)
        await page.getByRole("dialog").getByRole("img", { name: label }).waitFor()
      }
      expect(await violations(ann)).toEqual([])
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("dialog").getByRole("link", { name: "Download" }).click(),
      ])
      expect(saved.suggestedFilename()).toBe("two.png")
      await page.keyboard.press("Escape")
      await gone(shown)
    },
  )
}

/** So many seconds of it, as a WAV file. */
export function silence(seconds: number): Buffer {
  const rate = 8_000
  const head = Buffer.from("RIFF....WAVEfmt ....................data....", "latin1")
  head.writeUInt32LE(36 + rate * seconds, 4)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.writeUInt32LE(rate * seconds, 40)
  return Buffer.concat([head, Buffer.alloc(rate * seconds, 128)])
}

/** As a phone writes it: where it was taken stands in the film's user data, and in a box of its own. */
function takenSomewhere(film: Buffer): Buffer {
  const moov = film.indexOf("moov") - 4
  const end = moov + film.readUInt32BE(moov)
  const told = box("udta", box("\xa9xyz", place))
  const inside = Buffer.concat([film.subarray(moov, end), told])
  inside.writeUInt32BE(inside.length, 0)
  return Buffer.concat([film.subarray(0, moov), inside, box("uuid", place), film.subarray(end)])
}

/** What the browser records of a canvas. */
async function filmed(page: Page, mimeType: string): Promise<Buffer> {
  const bytes = await page.evaluate(async (mimeType) => {
    const canvas = document.createElement("canvas")
    const context = canvas.getContext("2d")!
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType })
    const parts: Blob[] = []
    recorder.addEventListener("dataavailable", ({ data }) => data.size > 0 && parts.push(data))
    const isOver = new Promise((resolve) => recorder.addEventListener("stop", resolve))
    recorder.start(100)
    // On a busy machine the first frames take a while.
    for (let i = 0; parts.length < 3; i++) {
      context.fillRect(i % 100, i % 100, 10, 10)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    recorder.stop()
    await isOver
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())]
  }, mimeType)
  return Buffer.from(bytes)
}
