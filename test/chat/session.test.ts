import { expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import { user } from "../support/ids.ts"

const ann = { userId: user("ann"), username: "Ann", avatar: undefined }

test("a session says who is an administrator, also when that changes while it is connected", () => {
  expect(new Session("open").isAdmin).toBe(false)
  expect(new Session("member", ann).isAdmin).toBe(false)
  const session = new Session("admin", { ...ann, isAdmin: true })
  expect(session.isAdmin).toBe(true)
  session.setAdmin(false)
  expect(session.isAdmin).toBe(false)
})

test("a session that has ended is refused, whatever it asks", () => {
  const session = new Session("ended", ann)
  expect(() => session.checkOpen()).not.toThrow()
  session.end()
  expect(() => session.checkOpen()).toThrow("This session has ended")
})
