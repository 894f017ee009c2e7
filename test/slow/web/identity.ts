import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { browserTest, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export function identityTests({ name, command }: Edition): void {
  browserTest(
    `${name}: [AUTH2] with tokens, a link lets in and leaves no trace in the address; a token can be pasted`,
    async () => {
      using folder = temporaryFolder()
      const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
      await using server = await startProcess(environment, { command: await command() })
      const token = await tokenOf({ sub: "ann", name: "Ann of the token" })

      await using ann = await Visitor.open(`${server.url}/#token=${token}`)
      await ann.composer.waitFor()
      expect(ann.page.url()).not.toContain("token")
      await ann.say("by a link")
      await ann.sees("by a link")
      expect(await ann.page.locator(".author").allTextContents()).toEqual(["Ann of the token"])
      await ann.page.reload()
      await ann.sees("by a link")

      await using bob = await Visitor.open(server.url)
      await bob.sees("You need an invitation")
      await bob.page.getByLabel("Link or token").fill("let me in")
      await bob.page.getByRole("button", { name: "Start chatting" }).click()
      await bob.sees("This is not a token")
      await bob.page.getByLabel("Link or token").fill(await tokenOf({ sub: "bob" }))
      await bob.page.getByRole("button", { name: "Start chatting" }).click()
      // This token says who it is for, but not what to call them.
      await bob.comeIn("Bob")
      await bob.say("by pasting")
      await ann.sees("by pasting")
      expect(await bob.page.locator(".author").allTextContents()).toEqual(["Ann of the token", "Bob"])
    },
  )

  browserTest(`${name}: [AUTH2] an expired token is told as that, and a new link goes on`, async () => {
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret }
    await using server = await startProcess(environment, { command: await command() })
    const aMinuteAgo = Math.floor(Date.now() / 1_000) - 60
    const old = await tokenOf({ sub: "ann", name: "Ann", exp: aMinuteAgo })
    await using ann = await Visitor.open(`${server.url}/#token=${old}`)
    await ann.sees("Your access has expired")
    await ann.page.goto(`${server.url}/#token=${await tokenOf({ sub: "ann", name: "Ann" })}`)
    await ann.composer.waitFor()
    expect(ann.page.url()).not.toContain("token")
    await ann.say("and on")
    await ann.sees("and on")

    await ann.page.getByRole("button", { name: /^Ann.*Edit your profile/ }).click()
    await ann.page.getByRole("button", { name: "Sign out" }).click()
    await ann.sees("You need an invitation")
  })
}
