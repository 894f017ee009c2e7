import { afterAll, beforeAll, expect, test } from "bun:test"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { png, upload, uploaded } from "../support/files.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

test("[USER2] [FILE3] a picture that was uploaded is there while a profile shows it", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using bob = await joined(app.url, room, "bob")
  await bob.ask("my_rooms", { userId: "bob" })
  const file = await uploaded(app.url, png, "me.png")
  const avatar = new URL(file.url, app.url).href
  const status = async () => (await fetch(avatar)).status
  expect(await status()).toBe(404)

  expect(await ann.ask("update_profile", { userId: "ann", avatar })).toMatchObject({ ok: true })
  await bob.until(() => bob.payloads("user_updated").length > 0)
  expect(bob.payloads("user_updated")).toMatchObject([{ userId: "ann", avatar }])
  expect(await status()).toBe(200)
  const { message } = (await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "hi" })) as never as {
    message: { user: object }
  }
  expect(message.user).toMatchObject({ avatar })

  expect(await ann.ask("update_profile", { userId: "ann", avatar: null })).toMatchObject({ ok: true })
  expect(await status()).toBe(404)
})

test("[USER2] where there are tokens only one's own picture is kept by one's profile", async () => {
  await using safe = await startTestApp({ auth: "token", authSecret })
  const auth = async (userId: string) => ({ auth: { token: await tokenOf({ sub: userId }) } })
  const room = await createRoom(safe.url, await auth("founder"))
  const headers = { Authorization: `Bearer ${await tokenOf({ sub: "ann" })}` }
  const { body } = await upload(safe.url, png, { name: "me.png", headers })
  const avatar = new URL(body.file.url, safe.url).href
  const show = async (userId: string) => {
    await using client = await joined(safe.url, room, userId, undefined, await auth(userId))
    expect(await client.ask("update_profile", { userId, avatar })).toMatchObject({ ok: true })
    return (await fetch(avatar)).status
  }
  expect(await show("bob")).toBe(404)
  expect(await show("ann")).toBe(200)
})

test("[USER2] whoever is not known yet is told which of the fields that is about", async () => {
  await using stranger = await connect(app.url)
  const answer = await stranger.ask("update_profile", { userId: "stranger", username: "Stranger" })
  expect(answer).toMatchObject({ ok: false, error: { code: "ERR_NOT_FOUND", field: "userId" } })
})
