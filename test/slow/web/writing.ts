import { expect } from "bun:test"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"
import { browserTest, Visitor } from "./browser.ts"
import type { Edition } from "./server.ts"

export function formattingTests({ name, command }: Edition): void {
  browserTest(`${name}: what was typed with marks is shown as formatting, and code gets its colours`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url)
    await ann.comeIn("Ann")
    const scripts: string[] = []
    ann.page.on("request", (request) => {
      if (request.resourceType() === "script") scripts.push(request.url())
    })
    await ann.say("**bold** *italics* ~~gone~~ `code` <b>typed</b>\n> quoted\n- one\n- two\nexample.com")
    const prose = ann.page.locator(".row[data-seq] .prose").last()
    await prose.waitFor()
    expect(await prose.innerHTML()).toBe(
      '<p dir="auto"><strong>bold</strong> <em>italics</em> <s>gone</s> <code dir="ltr">code</code> &lt;b&gt;typed&lt;/b&gt;</p>' +
        '<blockquote dir="auto"><p dir="auto">quoted</p></blockquote>' +
        '<ul dir="auto"><li dir="auto"><p dir="auto">one</p></li><li dir="auto"><p dir="auto">two</p></li></ul>' +
        '<p dir="auto"><a href="https://example.com" dir="ltr" target="_blank" rel="noopener noreferrer nofollow">example.com</a></p>',
    )
    expect(scripts).toEqual([])
    await ann.say("```ts\nconst a = 'b'\n```")
    await ann.page.locator("pre .keyword", { hasText: "const" }).waitFor()
    expect(await ann.page.locator("pre").textContent()).toBe("const a = 'b'")
    expect(scripts.length).toBeGreaterThan(0)
  })

  browserTest(`${name}: without what colours it, code is as readable`, async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path }, { command: await command() })
    await using ann = await Visitor.open(server.url, { allowed: /ERR_FAILED|failed/ })
    await ann.comeIn("Ann")
    await ann.composer.waitFor()
    await ann.page.route(/\.js$/, (route) => route.abort())
    await ann.say("```ts\nconst a = 'b'\n```")
    await ann.page.locator(".row[data-seq] pre").waitFor()
    expect(await ann.page.locator("pre").innerHTML()).toBe("<code>const a = 'b'</code>")
  })
}
