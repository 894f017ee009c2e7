import { expect, test } from "bun:test"
import { highlight } from "../../src/docs/highlight.ts"
import { html, prose } from "../../src/docs/html.ts"

test("what is inserted into HTML cannot leave its place", () => {
  const hostile = `"><script>alert('&')</script>`
  const escaped = "&#34;&#62;&#60;script&#62;alert(&#39;&#38;&#39;)&#60;/script&#62;"
  expect(html`<p title="${hostile}">${[hostile, html`<b>${hostile}</b>`]}${undefined}</p>`.text).toBe(
    `<p title="${escaped}">${escaped}<b>${escaped}</b></p>`,
  )
  expect(prose("`<b>` & more").text).toBe("<code>&#60;b&#62;</code> &#38; more")
})

test("colours leave the code as it is", () => {
  const code = 'const a = "<b>" // `x`\nif (a < 1) throw new Error(`a`)\n{ type: "text" }'
  const plain = highlight("ts", code).text.replace(/<[^>]+>/g, "")
  expect(plain).toBe(html`${code}`.text)
  expect(highlight("ts", code).text).toContain('<span class="keyword">const</span>')
  expect(highlight("sh", code).text).toBe(html`${code}`.text)
})
