/** Each request and each event as a part of the page. */
import { type ClientEvent, type ServerEvent, serverEvents } from "../contract/events.ts"
import { type AsyncApi, grantedName, type Message, type Operation, payloadOf, refusedName } from "./asyncapi.ts"
import { kindOf } from "./describe.ts"
import { callOf, code, fields, list, literal, ruleLinks } from "./elements.ts"
import { type Html, html, prose } from "./html.ts"
import type { JsonSchema } from "./json-schema.ts"

export function request(api: AsyncApi, event: ClientEvent): Html {
  const operation = api.operations[event]
  const [asked, granted, refused] = [
    messageOf(api, event),
    messageOf(api, grantedName(event)),
    messageOf(api, refusedName(event)),
  ]
  const answerSchema = payloadOf(api, granted)
  const { ok, ...answer } = answerSchema.properties ?? {}
  return html`<section class="event" aria-labelledby="${event}">
${heading(event, operation)}
${fields(payloadOf(api, asked))}
${code("ts", callOf(`const answer = await socket.emitWithAck("${event}", `, exampleOf(asked)))}
<h4>Answer</h4>
${Object.keys(answer).length === 0 ? html`<p>Nothing but <code>ok: true</code>.</p>` : fields({ ...answerSchema, properties: answer })}
${code("ts", literal(exampleOf(granted)), "When it is granted")}
${code("ts", literal(exampleOf(refused)), "When it is refused")}
<p class="errors">It can fail with ${list((operation["x-errors"] ?? []).map((code) => html`<a href="#${code}"><code>${code}</code></a>`))}.</p>
${ruleLinks(operation["x-rules"])}
</section>`
}

export function event(api: AsyncApi, name: ServerEvent): Html {
  const operation = api.operations[name]
  const message = messageOf(api, name)
  const args: readonly string[] = serverEvents[name].names
  const isOne = args.length === 1
  const values = isOne ? [exampleOf(message)] : (exampleOf(message) as readonly unknown[])
  const kinds = (isOne ? [message.payload] : (payloadOf(api, message).items as readonly JsonSchema[])).map(kindOf)
  const examples = args.map((arg, index) =>
    code("ts", literal(values[index]), html`<code>${arg}</code> (${kinds[index]}), for example`),
  )
  return html`<section class="event" aria-labelledby="${name}">
${heading(name, operation)}
${code("ts", `socket.on("${name}", (${args.join(", ")}) => {})`)}
${examples}
${ruleLinks(operation["x-rules"])}
</section>`
}

function heading(name: string, { summary, description }: Operation): Html {
  return html`<h3 id="${name}"><a href="#${name}"><code>${name}</code></a></h3>
<p class="summary">${prose(summary)}</p>
<p>${prose(description)}</p>`
}

function messageOf(api: AsyncApi, name: string): Message {
  const message = api.components.messages[name]
  if (message === undefined) throw new Error(`There is no message ${name}`)
  return message
}

function exampleOf({ examples }: Message): unknown {
  return examples[0]?.payload
}
