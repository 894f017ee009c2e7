/** What others were once brought down by, sent to this server: each is named by its number. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect } from "../support/client.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"

const key = "dGhlIHNhbXBsZSBub25jZQ=="

let app: TestApp
const fatal: unknown[] = []
const note = (error: unknown) => void fatal.push(error)
beforeAll(async () => {
  process.on("uncaughtException", note).on("unhandledRejection", note)
  app = await startTestApp({ rateLimits: "off" })
})
afterAll(async () => {
  process.off("uncaughtException", note).off("unhandledRejection", note)
  await app.stop()
})

async function expectHealth() {
  await using client = await connect(app.url)
  expect(await client.ask("list_rooms", {})).toMatchObject({ ok: true })
  expect(fatal).toEqual([])
}

async function entered() {
  const socket = new RawSocket(app.url)
  await socket.enter()
  return socket
}

test("CVE-2020-36048, engine.io: one long POST cannot hold the server up", async () => {
  const session = await RawPolling.open(app.url)
  expect((await session.post("4".repeat(10_000_000))).status).toBe(413)
  expect((await session.post("\x1e".repeat(250_000))).status).toBe(400)
  expect((await session.post("1:".repeat(120_000))).status).toBe(400)
  await expectHealth()
})

test("CVE-2020-36049, socket.io-parser: a long packet without an end is read once, not once for each character", async () => {
  for (const packet of [`45${"1".repeat(250_000)}`, `42/${"a".repeat(250_000)}`, `42${"1".repeat(250_000)}`]) {
    await using socket = await entered()
    socket.send(packet)
    await socket.closed
  }
  await expectHealth()
})

test("CVE-2022-2421, socket.io-parser: a placeholder reaches into nothing", async () => {
  for (const num of ['"splice"', '"__proto__"', "-1", "99", "null"]) {
    await using socket = await entered()
    socket.send(`451-1["send_message",{"_placeholder":true,"num":${num}}]`)
    socket.sendFrame(Buffer.from([1]), { opcode: 2 })
    expect(await socket.text((text) => text.startsWith("431"))).toContain("ERR_VALIDATION")
    socket.send(`422["send_message",{"_placeholder":true,"num":${num}}]`)
    expect(await socket.text((text) => text.startsWith("432"))).toContain("ERR_VALIDATION")
  }
  await expectHealth()
})

test("CVE-2022-21676, engine.io: a websocket frame that is none closes its own connection", async () => {
  const frames = [
    // Reserved bits, an opcode that there is none of, a control frame that is too long or in pieces, no mask.
    [0xf1, 0x80, 0, 0, 0, 0],
    [0xb1, 0x80, 0, 0, 0, 0],
    [0x83, 0x80, 0, 0, 0, 0],
    [0x89, 0xfe, 0x10, 0x00, 0, 0, 0, 0],
    [0x09, 0x80, 0, 0, 0, 0],
    [0x81, 0x01, 0x32],
    [0x80, 0x80, 0, 0, 0, 0],
    // A length of 2^63 and more, and text that is not UTF-8.
    [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
  ]
  for (const bytes of frames) {
    await using socket = await entered()
    socket.write(Uint8Array.from(bytes))
    await socket.closed
  }
  await expectHealth()
})

test("CVE-2022-41940, engine.io: a connection that is reset in the middle of anything is only its own end", async () => {
  const { hostname, port } = new URL(app.url)
  const upgrade = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
  const session = await RawPolling.open(app.url)
  for (const request of [
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: ${key}\r\n\r\n`,
    `GET /socket.io/?EIO=3&transport=websocket HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: ${key}\r\n\r\n`,
    `GET /socket.io/?EIO=4&transport=websocket&sid=${session.sid} HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: ${key}\r\n\r\n`,
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ]) {
    for (let i = 0; i < 20; i++) {
      const tcp = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
      tcp.write(request)
      tcp.terminate()
    }
  }
  await expectHealth()
})

test("CVE-2023-31125, engine.io: a transport named like something of every object is unknown", async () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "valueOf"]) {
    for (const headers of [
      {},
      { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key },
    ]) {
      const response = await fetch(`${app.url}/socket.io/?EIO=4&transport=${name}`, { headers })
      expect([name, response.status]).toEqual([name, 400])
    }
  }
  await expectHealth()
})

test("CVE-2023-32695, socket.io-parser: an event whose name is no text is refused", async () => {
  for (const name of ['{"toString":"foo"}', '{"toString":null}', "[]", "null", "true", '["x"]']) {
    await using socket = await entered()
    socket.send(`42[${name}]`)
    await socket.closed
  }
  await expectHealth()
})

test("CVE-2024-37890, ws: a request with thousands of headers is refused", async () => {
  for (const count of [50, 2_000]) {
    const headers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, "x"]))
    await using socket = new RawSocket(app.url, { headers })
    await Promise.race([socket.response, socket.closed])
  }
  await expectHealth()
})

test("CVE-2024-38355, socket.io: an event called error is a request like any other", async () => {
  await using socket = await entered()
  socket.send('421["error",{"message":"x"}]')
  expect(await socket.text((text) => text.startsWith("431"))).toContain("ERR_UNKNOWN_EVENT")
  socket.send('42["error"]')
  expect(await socket.text((text) => text.startsWith('42["error"'))).toContain("ERR_UNKNOWN_EVENT")
  await expectHealth()
})

test("CVE-2026-33151, CVE-2026-69185, socket.io-parser: attachments are not waited for, however many are announced", async () => {
  for (const count of ["11", "999", "1000000", "1e9", "-1", "1.5", ""]) {
    await using socket = await entered()
    socket.send(`45${count}-1["send_message",{}]`)
    await socket.closed
  }
  // As many as may be: refused at once, and none of them is kept.
  await using socket = await entered()
  socket.send('4510-1["send_message",{}]')
  expect(await socket.text((text) => text.startsWith("431"))).toContain("ERR_VALIDATION")
  for (let i = 0; i < 11; i++) socket.sendFrame(Buffer.alloc(100_000), { opcode: 2 })
  await socket.closed
  await expectHealth()
})

test("CVE-2026-59725, engine.io: a POST of binary data is read as text, or refused", async () => {
  for (const type of ["application/octet-stream", "multipart/form-data", "text/plain; charset=utf-7", ""]) {
    const session = await RawPolling.open(app.url)
    const response = await session.post(Uint8Array.from([0, 0xff, 0xfe, 4, 0x80]), {
      headers: { "Content-Type": type },
    })
    expect(response.status).toBeOneOf([200, 400])
    expect(await session.isOpen()).toBe(false)
  }
  await expectHealth()
})
