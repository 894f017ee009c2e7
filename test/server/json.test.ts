import { afterEach, describe, expect, test } from "bun:test"
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser"
import { bunPublish } from "../../src/broadcast/bun-publish.ts"
import { written as writtenAs } from "../../src/chat/written.ts"
import { Json } from "../../src/contract/json.ts"
import { encodedOnce, JsonEncoder, listJson, sharedJson } from "../../src/server/engine/json.ts"
import { heardBy, Peer, startNode } from "../broadcast/node.ts"

const message = { id: "1", content: 'a \\ " \n ü', user: { avatar: null }, when: new Date(0) }
const written = new Json<typeof message>(JSON.stringify(message))
const { EVENT, ACK, CONNECT } = PacketType

describe("Json", () => {
  test("is its value to whoever does not know it", () => {
    expect(JSON.stringify({ message: written })).toBe(JSON.stringify({ message }))
    expect(written.toJSON()).toEqual(JSON.parse(JSON.stringify(message)))
  })
})

describe("what is told and then answered", () => {
  test("is written once, and the answer has all its fields around it", () => {
    const told = sharedJson(message)
    expect(sharedJson(message)).toBe(told)
    const answer = { ok: true, message, duplicate: true, 'a "name"': [1, null] }
    const encoded = encodedOnce(answer)
    expect(encoded.text).toBe(JSON.stringify(answer))
  })

  test("is told anew when it is another, even an equal one", () => {
    const [first, second] = [{ n: 1 }, { n: 1 }]
    const told = sharedJson(first)
    first.n = 2
    expect(sharedJson(second).text).toBe('{"n":1}')
    expect(sharedJson(first)).not.toBe(told)
    expect(sharedJson(first).text).toBe('{"n":2}')
  })

  test("an answer that repeats nothing of it is written whole", () => {
    sharedJson(message)
    const answer = { ok: true, message: { ...message, id: "2" } }
    expect(encodedOnce(answer).text).toBe(JSON.stringify(answer))
  })

  test("an answer that was written elsewhere is passed on as it is", () => {
    expect(encodedOnce(written)).toBe(written)
  })
})

test("an answer takes a field's text from whoever put it together, and leaves out what is undefined", () => {
  const members = writtenAs([{ n: 1 }], '[{"n": 1}]')
  expect(encodedOnce({ ok: true, members, cursor: undefined, list: [2] }).text).toBe(
    '{"ok":true,"members":[{"n": 1}],"list":[2]}',
  )
})

test("a list that is told again is not written again", () => {
  const list = [message]
  const { text } = listJson(list)
  expect(text).toBe(JSON.stringify(list))
  list[0] = { ...message, id: "2" }
  expect(listJson(list).text).toBe(text)
  expect(listJson([...list]).text).not.toBe(text)
})

describe("JsonEncoder", () => {
  const packets: [string, Packet, Packet][] = [
    ["an event", { type: EVENT, nsp: "/", data: ["e", written] }, { type: EVENT, nsp: "/", data: ["e", message] }],
    ["an ack", { type: ACK, nsp: "/", id: 0, data: [written] }, { type: ACK, nsp: "/", id: 0, data: [message] }],
    [
      "another namespace, and arguments of other types",
      { type: EVENT, nsp: "/a", id: 12, data: ["e", 1, null, undefined, "x", true, written] },
      { type: EVENT, nsp: "/a", id: 12, data: ["e", 1, null, undefined, "x", true, message] },
    ],
    [
      "an object beside it",
      { type: EVENT, nsp: "/", data: ["e", written, { rev: 1 }] },
      { type: EVENT, nsp: "/", data: ["e", message, { rev: 1 }] },
    ],
    [
      "binary beside it",
      { type: EVENT, nsp: "/", data: ["e", written, Buffer.from([1])] },
      { type: EVENT, nsp: "/", data: ["e", message, Buffer.from([1])] },
    ],
    ["an empty ack", { type: ACK, nsp: "/", id: 1, data: [] }, { type: ACK, nsp: "/", id: 1, data: [] }],
    ["no Json", { type: EVENT, nsp: "/", data: ["e", message] }, { type: EVENT, nsp: "/", data: ["e", message] }],
    ["another type", { type: CONNECT, nsp: "/", data: { sid: "1" } }, { type: CONNECT, nsp: "/", data: { sid: "1" } }],
  ]

  test.each(packets)("encodes %s as the stock encoder would its value", (_name, packet, plain) => {
    expect(new JsonEncoder().encode(packet)).toEqual(new Encoder().encode(plain))
  })
})

describe("a server with JsonEncoder", () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  test("broadcasts and acknowledges one text, on every transport", async () => {
    const node = startNode({ broadcasting: bunPublish(), parser: { Encoder: JsonEncoder, Decoder } })
    closing.push(node.close)
    const peers = [await Peer.connect(node), await Peer.connect(node, "polling"), await Peer.connect(node, "upgraded")]
    for (const peer of peers) closing.push(() => peer.client.disconnect())
    const value = JSON.parse(JSON.stringify(message))

    for (const { server } of peers) await server.join("room")
    peers[0]!.server.on("say", (ack) => ack(new Json(`{"ok":true,"message":${written.text}}`)))
    node.io.to("room").emit("said", written)

    expect(await heardBy(...peers)).toEqual(peers.map(() => [["said", value]]))
    expect(await peers[0]!.client.emitWithAck("say")).toEqual({ ok: true, message: value })
  })
})
