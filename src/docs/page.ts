/**
 * The contract as a page to read, made from the AsyncAPI document.
 *
 * It works without its script, which only adds buttons that copy code and puts this
 * server's own address into the snippets.
 */
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents, topics } from "../contract/events.ts"
import type { AsyncApi } from "./asyncapi.ts"
import { connecting } from "./connecting.ts"
import { code } from "./elements.ts"
import { type Html, html, prose } from "./html.ts"
import * as operations from "./operations.ts"
import { overHttp } from "./over-http.ts"
import type { Served } from "./payloads.ts"
import { retries } from "./prose.ts"
import * as reference from "./reference.ts"
import completeRoom from "./snippets/complete-room.ts.txt" with { type: "text" }

export function page(api: AsyncApi, served: Served): string {
  const requests = Object.keys(clientEvents) as ClientEvent[]
  const events = Object.keys(serverEvents) as ServerEvent[]
  const { title, version, description } = api.info
  return html`<!doctype html>
<html lang="en" data-address="${served.address}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}: the API</title>
<meta name="description" content="${description}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/docs.css">
<script type="module" src="/docs/docs.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<h1>${title} <span class="version">API, version ${version}</span></h1>
</header>
${navigation(events)}
<main id="content" tabindex="-1">
<p class="lead">${prose(description)}</p>
<p>For programs: <a href="/asyncapi.json">asyncapi.json</a> describes the same to machines, and <a href="/types.d.ts">types.d.ts</a> to TypeScript. All three are made from the schemas that this server validates with.</p>
${connecting(api, served)}
<section aria-labelledby="requests"><h2 id="requests">Requests</h2>
${asking}
${requests.map((name) => operations.request(api, name))}</section>
<section aria-labelledby="events"><h2 id="events">Events</h2>
<p>A client hears what its own requests led to, and these events of the rooms it is in.</p>
${events.map((name) => operations.event(api, name))}</section>
${overHttp(served)}
<section aria-labelledby="objects"><h2 id="objects">Objects</h2>
${reference.objects(api)}</section>
<section aria-labelledby="values"><h2 id="values">Values and limits</h2>
${reference.values(api)}
${reference.limits()}</section>
<section aria-labelledby="errors"><h2 id="errors">Errors</h2>
<p>An error is <a href="#type-ErrorBody">a code and a sentence</a>, and names the event, the field or the room where that helps. Where there are several reasons, the first is given.</p>
${reference.errors(api)}</section>
${losingNothing}
<section aria-labelledby="rules"><h2 id="rules">Rules</h2>
<p>What a client may rely on. Rules are only ever added to.</p>
${reference.rules(api)}</section>
</main>
<p id="said" role="status"></p>
</body>
</html>
`.text
}

function navigation(events: readonly string[]): Html {
  const item = (anchor: string, text: Html | string) => html`<li><a href="#${anchor}">${text}</a></li>`
  const names = (anchors: readonly string[]) =>
    html`<ul>${anchors.map((name) => item(name, html`<code>${name}</code>`))}</ul>`
  const topicLists = Object.entries(topics).map(
    ([topic, requests]) => html`<li><span>${topic}</span>${names(Object.keys(requests))}</li>`,
  )
  return html`<nav aria-label="Contents"><details open><summary>Contents</summary>
<ul>
${item("connecting", "Connecting")}
<li><a href="#requests">Requests</a><ul>${topicLists}</ul></li>
<li><a href="#events">Events</a>${names(events)}</li>
${item("over-http", "Over HTTP")}
${item("objects", "Objects")}
${item("values", "Values and limits")}
${item("errors", "Errors")}
${item("losing-nothing", "A client that loses nothing")}
${item("rules", "Rules")}
</ul></details></nav>`
}

const asking = html`<p>A request is an event with one object, and takes a callback as its last argument, which is called once with <code>{ok: true, …}</code> or <code>{ok: false, error}</code>; <code>emitWithAck</code> is the same as a promise. Without a callback an error comes as the event <a href="#error"><code>error</code></a>.</p>
<p>Requests of one connection take effect, and are answered, in the order sent. Unknown fields are ignored; <code>null</code> stands for a field left out, except that it clears an <code>avatar</code>.</p>`

const losingNothing = html`<section aria-labelledby="losing-nothing"><h2 id="losing-nothing">A client that loses nothing</h2>
<p>Connections end in mid-sentence, servers restart, and backups are restored. Three habits keep a room complete all the same:</p>
<ol>
<li><strong>Name every message.</strong> Give it an <code>id</code>, and send it again with the same <code>id</code> until it is acknowledged. It is stored once, however often it arrives. Edits, deletions and reactions may be sent again as they are: the second time they change nothing.</li>
<li><strong>Count.</strong> Keep the <code>rev</code> that the room is complete up to, and the <code>epoch</code> that came with it. The next live event, a message or a change of one, is the number after it; at a jump, ask <a href="#sync"><code>sync</code></a>. A change of a message is none of its replies: what they quote in <code>replyTo</code> is as it was when they were read, so show what you hold of the original there, and nothing of its text once it is deleted.</li>
<li><strong>Rejoin in the handshake.</strong> Make <code>auth</code> a function that gives <code>rooms</code>: for each room what <a href="#join_room"><code>join_room</code></a> takes, with <code>since</code> and <code>epoch</code>. The rooms are joined before anything else that the connection brings, so what the client wrote while it was offline finds them joined. Each join answers with <a href="#history"><code>history</code></a>: what changed meanwhile, across restarts and after any absence. With <code>reset</code>, throw away what you hold of the room and start from that page. A join that fails comes as <a href="#error"><code>error</code></a>, with <code>event: "join_room"</code>.</li>
</ol>
<p>${prose(retries)}</p>
<p>All of it in one class, to copy as it is. <code>crypto.randomUUID</code> needs HTTPS or localhost in a browser.</p>
${code("ts", completeRoom.trim(), "complete-room.ts")}
</section>`
