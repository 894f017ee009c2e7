import { describe, expect, test } from "bun:test"
import * as v from "valibot"
import { ChatError } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import { thrownBy } from "../support/thrown.ts"

/** Of each request the smallest payload: its first example without what may be left out. */
const base = Object.fromEntries(
  Object.entries(clientEvents).map(([event, { payload, examples }]) => [event, smallest(payload, examples[0])]),
) as Record<ClientEvent, object>

function smallest(schema: v.GenericSchema, example: object): object {
  const needed = Object.entries(example).filter(
    ([field]) => !v.safeParse(schema, { ...example, [field]: undefined }).success,
  )
  return Object.fromEntries(needed)
}

const names = [
  ["create_room", "name", limits.nameLengthMax],
  ["create_room", "userId", limits.userIdLengthMax],
  ["join_room", "username", limits.usernameLengthMax],
] as const

describe("[VAL1] bounds", () => {
  for (const [event, field, max] of [...names, ["send_message", "content", limits.contentLengthMax] as const]) {
    test(`${field} is 1 to ${max} code points, whatever their size`, () => {
      for (const character of ["x", "ü", "字", "😀"]) {
        expect(accepts(event, { [field]: character.repeat(max) })).toBe(true)
        expect(refusal(event, { [field]: character.repeat(max + 1) })).toBe(
          `${field} must be 1 to ${max.toLocaleString("en")} characters long.`,
        )
      }
      expect(accepts(event, { [field]: "x" })).toBe(true)
      expect(refusal(event, { [field]: "" })).toContain("characters long")
    })
  }

  test("an avatar is an http(s) URL of at most 2,048 code points, or null", () => {
    const url = (length: number) => "https://a.example/".padEnd(length, "x")
    for (const avatar of [url(limits.urlLengthMax), "http://a.example/ü?q=1#f", null]) {
      expect(accepts("join_room", { avatar })).toBe(true)
    }
    for (const avatar of [
      url(limits.urlLengthMax + 1),
      "",
      "a.png",
      "ftp://a.example/",
      "javascript:alert(1)",
      "https://",
      "http://a b/",
      "data:,x",
      7,
    ]) {
      expect(refusal("join_room", { avatar }), String(avatar)).toStartWith("avatar ")
    }
  })

  test("the host of an address is one that names can have: to parse another is more work than it is long", () => {
    const many = (text: string, count: number) => text.repeat(count)
    const accepted = [
      `https://${many("a.", 126)}b/`,
      `https://${many("x", 63)}.example:65535/`,
      "https://münchen.example/",
      "https://xn--mnchen-3ya.example/",
      "https://ตัวอย่าง.ไทย/",
      "https://उदाहरण.भारत/",
      "https://a@b:c@münchen.example/",
      "https://[2001:db8::1]:8080/",
      `https://a.example/${many("\u0307", 500)}${many("\u0323", 500)}`,
      `https://a.example?${many("@", 1_000)}`,
    ]
    for (const avatar of accepted) expect(accepts("join_room", { avatar }), avatar).toBe(true)
    for (const host of [
      `a${many("\u0307", 990)}${many("\u0323", 990)}`,
      `a${many("\u0307", 4)}${many("\u0323", 4)}.example`,
      `a${many("\u00ad\u0307", 30)}.example`,
      `a${many("%CC%87%CC%A3", 100)}`,
      `xn--${many("a", 300)}`,
      `${many("a", 70)}.example`,
      many("a.", 140),
    ]) {
      for (const start of ["", "/", "\\", "user@", "user@x.example@"]) {
        const url = `https://${start}${host}`
        expect(refusal("join_room", { avatar: url }), url).toStartWith("avatar ")
        expect(refusal("send_message", { type: "image", content: url }), url).toStartWith("content ")
        expect(refusal("send_message", { type: "image", content: `https://\t${start}\n${host}` })).toStartWith(
          "content ",
        )
      }
    }
  })

  test("numbers are whole, and within their bounds", () => {
    for (const since of [0, 1, Number.MAX_SAFE_INTEGER]) expect(accepts("sync", { since })).toBe(true)
    for (const since of [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Infinity, "0", true, []]) {
      expect(refusal("sync", { since }), String(since)).toBe("since must be a whole number, 0 or more.")
    }
    for (const limit of [1, 200]) expect(accepts("get_history", { limit })).toBe(true)
    for (const limit of [0, 201, -1, 1.5]) {
      expect(refusal("get_history", { limit })).toBe("limit must be a whole number from 1 to 200.")
    }
  })

  test("a list that is too long is refused before anything in it is looked at", () => {
    const lists = [
      ["send_message", "mentions", "bob", limits.mentionsMax],
      ["edit_message", "mentions", "bob", limits.mentionsMax],
      ["send_message", "files", "dGhlIGdhcmRlbiBpbiBNYQ", limits.filesPerMessageMax],
      ["open_direct", "targetIds", "bob", limits.directPeersMax],
    ] as const
    for (const [event, field, item, max] of lists) {
      let looks = 0
      const listOf = (length: number) =>
        new Proxy(Array<string>(length).fill(item), {
          get: (list, key, receiver) => {
            if (/^\d/.test(String(key))) looks++
            return Reflect.get(list, key, receiver)
          },
        })
      expect(refusal(event, { [field]: listOf(max + 1) })).toStartWith(`${field} must be `)
      expect([event, field, looks]).toEqual([event, field, 0])
      expect(accepts(event, { [field]: listOf(max) })).toBe(true)
      expect(looks).toBeGreaterThan(0)
    }
  })
})

describe("[VAL1] texts", () => {
  test("nothing visible is blank", () => {
    for (const blank of [" ", "\u00a0", "\u200b", "\u3164", "\u2800", "\u00ad \u2060", "\ufe0f", "\u200d"]) {
      expect(refusal("send_message", { content: blank }), JSON.stringify(blank)).toBe("content must not be blank.")
      for (const [event, field] of names) expect(refusal(event, { [field]: blank })).toStartWith(`${field} must not`)
    }
    expect(refusal("send_message", { content: "\n\t\r\n" })).toBe("content must not be blank.")
  })

  test("control characters and lone surrogates are refused; line breaks and tabs are welcome in content", () => {
    for (const bad of ["\0", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\ud800", "\udc00", "\udc00\ud800"]) {
      expect(refusal("send_message", { content: `a${bad}b` }), JSON.stringify(bad)).toContain(
        "must not contain control",
      )
      for (const [event, field] of names)
        expect(refusal(event, { [field]: `a${bad}b` })).toContain("must not contain control")
    }
    expect(accepts("send_message", { content: "one\n\ttwo\r\n😀" })).toBe(true)
    for (const [event, field] of names)
      expect(refusal(event, { [field]: "one\ntwo" })).toContain("must not contain control")
  })

  test("names hide nothing and do not turn the direction of writing", () => {
    for (const bad of [
      "\u202e",
      "\u2066",
      "\u200e",
      "\u061c",
      "\u200b",
      "\u2060",
      "\u00ad",
      "\ufeff",
      "\u{e0041}",
      "\u3164",
      "\ufff9",
    ]) {
      for (const [event, field] of names) {
        expect(refusal(event, { [field]: `a${bad}b` }), JSON.stringify(bad)).toContain("must not contain invisible")
      }
      expect(accepts("send_message", { content: `a${bad}b` }), JSON.stringify(bad)).toBe(true)
    }
  })

  test("joiners are welcome between visible characters: Persian names, family emoji", () => {
    for (const name of ["می‌خواهم", "👨‍👩‍👧‍👦", "👩‍❤️‍👨", "🏴‍☠️", "ශ්‍රී", "👍🏽", "❤️", "عمر", "José", "山田"]) {
      expect(accepts("join_room", { username: name }), name).toBe(true)
    }
    for (const name of ["\u200dAnn", "Ann\u200c", "A \u200dn", "A\u200c\u200dn", "A\u200d nn"]) {
      expect(refusal("join_room", { username: name }), JSON.stringify(name)).toContain("must not contain invisible")
    }
  })

  test("joiners are welcome beside the letters that they shape, also at the end of a name or word", () => {
    const shaped = ["അവന്\u200d", "അവന്\u200d വന്നു", "উৎ\u09cd\u200d", "ক্\u200c", "۱۳۹۹ ه\u200d", "۱۳ \u200dه", "කේ\u200d"]
    for (const name of shaped) expect(accepts("join_room", { username: name }), name).toBe(true)
    const others = ["\u200dه", "ه\u200d\u200d", "ه\u200c\u200dه", "अ \u200d", "Ann\u200d ه", "١\u200d", "é\u0301\u200d"]
    for (const name of others) {
      expect(refusal("join_room", { username: name }), JSON.stringify(name)).toContain("must not contain invisible")
    }
  })

  test("the flags of England, Scotland and Wales are seen; other tags are not", () => {
    const tags = (text: string) =>
      [...text].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join("")
    const end = "\u{e007f}"
    for (const region of ["gbeng", "gbsct", "gbwls"]) {
      expect(accepts("join_room", { username: `Ann 🏴${tags(region)}${end}` }), region).toBe(true)
      expect(accepts("create_room", { name: `🏴${tags(region)}${end}🏴` }), region).toBe(true)
    }
    for (const name of [`🏴${tags("gbeng")}`, `🏴${end}`, `🏴${tags("gbxyz")}${end}`, `a${tags("gbeng")}${end}`]) {
      expect(refusal("join_room", { username: name }), JSON.stringify(name)).toContain("must not contain invisible")
    }
  })

  test("variation selectors are welcome behind what they vary, and nowhere else: they would make a second, equal name", () => {
    for (const name of ["❤\ufe0f", "1\ufe0f\u20e3", "葛\u{e0100}", "\u1820\u180b"]) {
      expect(accepts("join_room", { username: name }), JSON.stringify(name)).toBe(true)
    }
    for (const name of ["ann\ufe0f", "a\u{e0100}b", "ann1\ufe0f", "❤\ufe0f\ufe0f", "\ufe0fa", "a\u180bb"]) {
      expect(refusal("join_room", { username: name }), JSON.stringify(name)).toContain("must not contain invisible")
    }
  })

  test("a name is one line, whatever breaks lines", () => {
    for (const bad of ["\n", "\r", "\u0085", "\u2028", "\u2029"]) {
      for (const [event, field] of names)
        expect(refusal(event, { [field]: `a${bad}b` }), JSON.stringify(bad)).toContain("must not contain control")
    }
  })

  test("a text is kept verbatim", () => {
    const content = "  <b>é</b> e\u0301 \n\n"
    expect(parseRequest("send_message", { ...base.send_message, content })).toHaveProperty("content", content)
  })
})

describe("[VAL1] payloads", () => {
  test("ids are UUIDs in any case, kept in lower case", () => {
    const id = "ABCDEF01-2345-6789-ABCD-EF0123456789"
    const request = parseRequest("send_message", { ...base.send_message, roomId: id, id })
    expect([request.roomId, request.id] as string[]).toEqual([id.toLowerCase(), id.toLowerCase()])
    for (const bad of ["", "room", `${id}0`, `{${id}}`, id.replaceAll("-", ""), `${id}\n`, 7, {}]) {
      expect(refusal("send_message", { roomId: bad }), String(bad)).toStartWith("roomId must be a")
    }
  })

  test("unknown fields are ignored, and null means absent", () => {
    const request = parseRequest("send_message", {
      ...base.send_message,
      type: null,
      id: null,
      nonce: {},
      __proto__: { x: 1 },
    })
    expect(Object.keys(request).sort()).toEqual([
      "content",
      "files",
      "id",
      "mentions",
      "mentionsRoom",
      "replyTo",
      "roomId",
      "type",
      "userId",
    ])
    expect([request.type, request.id]).toEqual(["text", undefined])
    expect(parseRequest("join_room", { ...base.join_room, since: null }).since).toBeUndefined()
    expect(parseRequest("sync", { ...base.sync, limit: null }).limit).toBe(200)
    expect(parseRequest("get_history", { ...base.get_history, before: null, limit: null })).toMatchObject({ limit: 50 })
  })

  test("an avatar left out and one that is null are told apart", () => {
    expect(parseRequest("join_room", base.join_room).avatar).toBeUndefined()
    expect(parseRequest("join_room", { ...base.join_room, avatar: null }).avatar).toBeNull()
  })

  test("every field that is missing or of the wrong type is named, with the rule", () => {
    for (const [event, payload] of Object.entries(base) as [ClientEvent, object][]) {
      for (const field of Object.keys(payload)) {
        expect(refusal(event, { [field]: undefined }), `${event} ${field}`).toBe(`${field} is required.`)
        // Any text is a query, also none.
        for (const wrong of [{}, [], ...(field === "query" ? [] : [""]), () => {}]) {
          expect(refusal(event, { [field]: wrong }), `${event} ${field}`).toMatch(new RegExp(`^${field} must be `))
        }
      }
      for (const payload of [7, "text", true, []]) {
        expect(thrownBy(ChatError, () => parseRequest(event, payload)).message).toBe("The payload must be an object.")
      }
    }
  })

  test("a payload that is left out or null is {}", () => {
    for (const payload of [undefined, null]) {
      expect(parseRequest("list_rooms", payload)).toEqual(parseRequest("list_rooms", {}))
      expect(thrownBy(ChatError, () => parseRequest("create_room", payload)).message).toBe("name is required.")
    }
  })

  test("[VAL2] a type is text, the default, or image", () => {
    expect(parseRequest("send_message", base.send_message).type).toBe("text")
    expect(accepts("send_message", { type: "image", content: "https://a.example/cat.png" })).toBe(true)
    expect(refusal("send_message", { type: "image" })).toBe("content must be an http:// or https:// URL for an image.")
    expect(refusal("send_message", { type: "Text" })).toBe('type must be "text" or "image".')
  })
})

function accepts(event: ClientEvent, change: object): boolean {
  return Object.keys(parseRequest(event, { ...base[event], ...change })).length > 0
}

function refusal(event: ClientEvent, change: object): string {
  const { code, message } = thrownBy(ChatError, () => parseRequest(event, { ...base[event], ...change }))
  expect(code).toBe("ERR_VALIDATION")
  return message
}
