/**
 * Input that no client sends, made by rule and chance: requests whose form is right and whose
 * payload is anything, packets and HTTP requests that begin as right ones and are then damaged.
 */
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import type { Random } from "./random.ts"

const events = Object.keys(clientEvents) as ClientEvent[]
const fieldsOf = (event: string): readonly string[] =>
  Object.hasOwn(clientEvents, event) ? Object.keys(clientEvents[event as ClientEvent].payload.entries) : allFields
const allFields = [...new Set(events.flatMap(fieldsOf))]
/** What the contract's examples hold in each field. */
const examples = Map.groupBy(
  events.flatMap((event) => clientEvents[event].examples.flatMap((example) => Object.entries(example))),
  ([field]) => field,
)

/** A message, and the room it is in. Of a room without one, the id is free. */
interface Place {
  readonly roomId: string
  readonly id: string
}

/** What there is on the server: what is wrong must not only be that nothing is found. */
export interface Known {
  readonly places: Place[]
  readonly users: readonly string[]
  /** Whether a request must say who asks. */
  readonly isOpen: boolean
}

/** So many of what there is are used, the latest above all. */
const placesMax = 12

/** JSON text, and not values: much of it no serializer would write. */
const oddJson = [
  ...["null", "true", "false", "0", "-0", "-1", "1.5", "1e999", "-1e999", "9007199254740993", "1e-400", "0.1e1"],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u202e"',
    '"\\u200d"',
    '"\\ufeff"',
    '"\\u2028"',
    '"__proto__"',
  ],
  ...["[]", "{}", "[[]]", "[null,null]", '{"length":3}', '{"toString":null}', '{"toJSON":1}', '{"then":{}}'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"prototype":{"polluted":1}}'],
  ...['{"_placeholder":true,"num":0}', '{"_placeholder":true,"num":"splice"}'],
  `"${"x".repeat(5_000)}"`,
  `"${"\\ud83d\\ude00".repeat(4_001)}"`,
  "[".repeat(200) + "]".repeat(200),
  `{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`,
]

export class Hostile {
  readonly #random: Random
  readonly #known: Known

  constructor(random: Random, known: Known) {
    this.#random = random
    this.#known = known
  }

  /** Whatever was made is used in requests that come. */
  learn({ room, message }: { room?: { id: string }; message?: Place }): void {
    const { places } = this.#known
    if (room !== undefined && this.chance(0.3)) places.push({ roomId: room.id, id: crypto.randomUUID() })
    if (message !== undefined && this.chance(0.3)) places.push(message)
    if (places.length > placesMax) places.splice(this.below(places.length), 1)
  }

  below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** An event and what follows its acknowledgement id: `["typing",{…}]`, always JSON. */
  request(): { event: string; json: string } {
    const event = this.chance(0.9)
      ? this.pick<string>(this.chance(0.8) ? events : ["create_room", "join_room", "send_message"])
      : this.pick(["", "x", "__proto__", "toString", "error", "message_received", "é".repeat(100)])
    const rest = this.chance(0.95) ? [this.#payload(event)] : Array.from({ length: this.below(4) }, () => this.#value())
    return { event, json: `[${[JSON.stringify(event), ...rest].join()}]` }
  }

  /** Engine.IO text that may be anything. */
  packet(): string {
    const { json } = this.request()
    const whole = this.pick([
      () => `4${this.below(8)}${json}`,
      () => `42${this.pick(["/", "/x,", "/?a=b,", `/${"a".repeat(300)},`])}${this.below(100)}${json}`,
      () => `45${this.pick(["1-", "0-", "-", "10-", "11-", "1e3-", "99999999999-"])}${json}`,
      () => `40${this.pick(["", "{}", "[]", '{"token":1}', "/x", "/,{}", json])}`,
      () => `4${this.pick(["1", "3", "31[]", "4", "6", "61-[]", '3"x"'])}`,
      () => `${this.below(10)}${this.pick(["", "probe", json])}`,
      () => `b${Buffer.from(json.slice(0, 100)).toString("base64")}`,
      () => json,
    ])()
    return this.chance(0.6) ? this.#damage(whole) : whole
  }

  /** Everything of an HTTP request. */
  httpRequest(host: string): string {
    const method = this.pick([
      "GET",
      "GET",
      "POST",
      "POST",
      "OPTIONS",
      "PUT",
      "HEAD",
      "DELETE",
      "TRACE",
      "CONNECT",
      "get",
      "X",
      "",
    ])
    const path = this.pick([
      ...Array(6).fill("/socket.io/"),
      ...[
        "/files",
        "/files/",
        "/files/dGhlIGdhcmRlbiBpbiBNYQ/x",
        "/files/..%2f..%2fwarren.db",
        "/uploads",
        "/uploads/x",
      ],
      ...["server", "sign-in", "join", "peek", "redeem", "passkey-sign-in", "me", "my-data", "oidc", "__proto__"].map(
        (name) => `/api/${name}`,
      ),
      "/healthz",
      "/readyz",
      "/",
      "//",
      "/../..",
      "/%00",
      "/%",
      "*",
      "http://x/socket.io/",
    ])
    const query = [
      `EIO=${this.pick(["4", "4", "4", "3", "", "__proto__", "4&EIO=3"])}`,
      `transport=${this.pick(["polling", "polling", "websocket", "constructor", "", "polling&transport=websocket"])}`,
      ...(this.chance(0.4) ? [`sid=${this.pick([this.#id(), "x", "%00", "__proto__", "a".repeat(5_000)])}`] : []),
      ...(this.chance(0.2) ? [this.pick(["t=1", "b64=1", "j=0", "&&&", "=", "%ff%fe"])] : []),
    ].join("&")
    const body = method === "POST" ? Array.from({ length: this.below(4) }, () => this.packet()).join("\x1e") : ""
    const headers = [
      `Host: ${this.chance(0.9) ? host : this.pick(["", "a b", "[::1", "x".repeat(300), "localhost", "evil.test", "%"])}`,
      this.chance(0.3)
        ? `Origin: ${this.pick(["null", "http://localhost", "https://evil.test", "", "http://[", "x".repeat(500)])}`
        : "",
      this.chance(0.3) ? `Connection: ${this.pick(["Upgrade", "close", "keep-alive", "Upgrade, close", ""])}` : "",
      this.chance(0.3) ? `Upgrade: ${this.pick(["websocket", "h2c", "WebSocket", "", "x"])}` : "",
      this.chance(0.3) ? `Sec-WebSocket-Key: ${this.pick(["dGhlIHNhbXBsZSBub25jZQ==", "", "x", "é"])}` : "",
      this.chance(0.3) ? `Sec-WebSocket-Version: ${this.pick(["13", "8", "", "x"])}` : "",
      this.chance(0.2) ? `X-Forwarded-For: ${this.pick(["1.2.3.4", "::1", "x", ",,,", "1.2.3.4, ".repeat(100)])}` : "",
      this.chance(0.1) ? `Transfer-Encoding: ${this.pick(["chunked", "gzip", "x"])}` : "",
      this.chance(0.1) ? `Content-Type: ${this.pick(["application/octet-stream", "x", ""])}` : "",
      body === ""
        ? ""
        : `Content-Length: ${this.chance(0.9) ? Buffer.byteLength(body) : this.pick(["0", "-1", "9999999999", "x"])}`,
    ].filter((line) => line !== "")
    const whole = `${method} ${path}?${query} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`
    return this.chance(0.2) ? this.#damage(whole) : whole
  }

  #payload(event: string): string {
    // Half of them are right but for a field or two, and so come further.
    const [used, right] = this.chance(0.5) ? [0.95, 0.95] : [0.6, 0.5]
    const own = fieldsOf(event).filter((field) => this.chance(field === "userId" && !this.#known.isOpen ? 0.1 : used))
    const fields = this.chance(0.2) ? [...own, this.pick(allFields), this.pick([...own, "__proto__"])] : own
    const place = this.pick(this.#known.places)
    const members = fields.map(
      (field) => `${JSON.stringify(field)}:${this.chance(right) ? this.#plausible(field, place) : this.#value()}`,
    )
    if (this.chance(0.05)) members.push(`"padding":"${"x".repeat(this.pick([60_000, 66_000, 100_000]))}"`)
    return this.chance(0.95) ? `{${members.join()}}` : this.#value()
  }

  #plausible(field: string, { roomId, id }: Place): string {
    const { users } = this.#known
    if (field === "roomId") return JSON.stringify(roomId)
    if (field === "id" || field === "replyTo") return JSON.stringify(this.chance(0.6) ? id : crypto.randomUUID())
    if (/^(?:userId|authorId|targetId)$/.test(field)) return JSON.stringify(this.pick(users))
    if (field === "mentions" || field === "targetIds") return JSON.stringify(users.filter(() => this.chance(0.5)))
    const [, value] = this.pick(examples.get(field) ?? [[field, null]])
    return JSON.stringify(typeof value === "number" && this.chance(0.5) ? this.below(300) : value)
  }

  #value(): string {
    return this.chance(0.7) ? this.pick(oddJson) : JSON.stringify(this.#id())
  }

  #id(): string {
    const { places, users } = this.#known
    return this.pick([...users, ...Object.values(this.pick(places))])
  }

  /** A few of its characters changed, left out, repeated or moved. */
  #damage(text: string): string {
    let damaged = text
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(damaged.length + 1)
      const length = this.below(8)
      const insert = this.pick([
        "",
        "",
        "\x1e",
        "\u0000",
        "\ud800",
        "[",
        "{",
        '"',
        ",",
        "-",
        "9".repeat(20),
        damaged.slice(at, at + 50),
        "\r\n",
        "\u{1f600}",
      ])
      damaged = damaged.slice(0, at) + insert + damaged.slice(at + length)
    }
    return damaged
  }
}
