/** How a client connects to this server, and says who it is there. */
import type { Auth } from "../contract/accounts.ts"
import type { Rule } from "../contract/rules.ts"
import type { AsyncApi } from "./asyncapi.ts"
import { code, ruleLinks } from "./elements.ts"
import { type Html, html, prose } from "./html.ts"
import type { Served } from "./payloads.ts"
import { identity, running } from "./prose.ts"
import firstClient from "./snippets/first-client.ts.txt" with { type: "text" }
import firstClientWithToken from "./snippets/first-client-token.ts.txt" with { type: "text" }
import pageClient from "./snippets/page.html.txt" with { type: "text" }
import pageClientWithToken from "./snippets/page-token.html.txt" with { type: "text" }
import signIn from "./snippets/sign-in.ts.txt" with { type: "text" }
import tokenClient from "./snippets/token.ts.txt" with { type: "text" }

/** What the snippets say in the place of this server's address. */
const exampleAddress = "http://localhost:3000"

/** What a client is made of, by how this server knows who somebody is. */
const programs: Readonly<Record<Auth, { first: string; page: string; saying?: string; rules: readonly Rule[] }>> = {
  open: { first: firstClient, page: pageClient, rules: ["AUTH1", "AUTH3"] },
  token: { first: firstClientWithToken, page: pageClientWithToken, saying: tokenClient, rules: ["AUTH2", "AUTH3"] },
  accounts: {
    first: firstClientWithToken,
    page: pageClientWithToken,
    saying: signIn,
    rules: ["ACC1", "ACC2", "ACC3", "AUTH3"],
  },
}

export function connecting(api: AsyncApi, served: Served): Html {
  const { pathname } = api.servers.warren
  const { address, auth } = served
  const { first, page, saying, rules } = programs[auth]
  const here = (snippet: string) => snippet.trim().replaceAll(exampleAddress, address)
  return html`<section aria-labelledby="connecting"><h2 id="connecting">Connecting</h2>
<p>Any Socket.IO 4 client connects to <code data-origin>${address}</code>: path <code>${pathname}</code>, namespace <code>/</code>, transports websocket and polling. A stock client needs nothing but the address${auth === "open" ? "" : " and a token"}, and comes back by itself when the connection is lost or the server restarts.</p>
<h3 id="in-typescript">In TypeScript</h3>
<p>In an empty folder:</p>
${code("sh", `npm init -y\nnpm pkg set type=module\nnpm install socket.io-client\ncurl -o warren.d.ts ${address}/types.d.ts`)}
<p>Now the compiler knows every event. <code>ClientToServerEvents</code> lets a callback be left out; <code>AcknowledgedEvents</code> does not, and so <code>emitWithAck</code> knows its answers.</p>
${code("ts", here(first), "chat.ts")}
<p>${prose(running)}</p>
<h3 id="in-a-page">In a page, without a build</h3>
<p>A page from another site than the server's must be allowed by the server's <code>ALLOWED_ORIGINS</code>.</p>
${code("html", here(page))}
<h3 id="saying-who-one-is">Saying who one is</h3>
<p>${prose(identity[auth])}</p>
${saying && code("ts", here(saying))}
${ruleLinks(rules)}
</section>`
}
