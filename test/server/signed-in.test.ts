import { expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import type { SignInId } from "../../src/contract/values.ts"
import { SignedIn } from "../../src/server/identity/signed-in.ts"
import { user } from "../support/ids.ts"

const id = "session" as string as SignInId

/** Accounts that only their test changes, and a socket that remembers what became of it. */
function stage() {
  const asked = { revision: 0, checks: 0, handedOver: 0, about: [] as string[] }
  const state = { isValid: true, isAdmin: false, isAway: false }
  const signedIn = new SignedIn({
    revision: async () => {
      if (state.isAway) throw new Error("away")
      return asked.revision
    },
    stillValid: async (ids) => {
      asked.checks++
      asked.about = [...ids]
      return new Map(state.isValid ? [[id, { isAdmin: state.isAdmin }]] : [])
    },
    catchUp: async () => void asked.handedOver++,
  })
  const heard: string[] = []
  const socket = {
    on: () => {},
    emit: (event: string) => heard.push(event),
    conn: { close: () => heard.push("closed") },
  }
  const add = (signInId: SignInId) => {
    const session = new Session("socket", { userId: user("ann"), username: "Ann", avatar: undefined, signInId })
    signedIn.add(socket as never, session)
    return session
  }
  const session = add(id)
  const closing = () => new Promise((resolve) => setImmediate(resolve))
  return { signedIn, asked, state, heard, session, add, closing }
}

test("[ACC3] sessions are asked about when they are new, when something has changed, and once a minute", async () => {
  const { signedIn, asked } = stage()
  await signedIn.look()
  expect(asked.checks).toBe(1)
  await signedIn.look()
  expect(asked.checks).toBe(1)
  asked.revision++
  await signedIn.look()
  expect(asked.checks).toBe(2)
  expect(asked.handedOver).toBe(2)
  signedIn.tick(0)
  await signedIn.look()
  expect(asked.checks).toBe(3)
  signedIn.tick(59_999)
  await signedIn.look()
  expect(asked.checks).toBe(3)
  signedIn.tick(60_500)
  await signedIn.look()
  expect(asked.checks).toBe(4)
})

test("[ACC3] who comes has nobody else asked about, unless something has changed", async () => {
  const { signedIn, asked, add } = stage()
  await signedIn.look()
  add("another" as string as SignInId)
  await signedIn.look()
  expect(asked.about).toEqual(["another"])
  asked.revision++
  await signedIn.look()
  expect(asked.about).toEqual([id, "another"])
})

test("[ACC3] a sign-in that changes nothing has nobody else asked about, and what changes meanwhile is seen", async () => {
  const { signedIn, asked } = stage()
  await signedIn.look()
  signedIn.changed()
  await signedIn.look()
  expect(asked.checks).toBe(1)
  const looking = signedIn.look()
  asked.revision++
  signedIn.changed()
  await looking
  expect(asked.checks).toBe(2)
})

test("[ACC3] one that has ended is refused at once, told so and closed; one that is not keeps its rights up to date", async () => {
  const { signedIn, asked, state, heard, session, closing } = stage()
  state.isAdmin = true
  await signedIn.look()
  expect(session.isAdmin).toBe(true)
  expect(heard).toEqual([])
  asked.revision++
  state.isValid = false
  await signedIn.look()
  expect(() => session.checkOpen()).toThrow("has ended")
  await closing()
  expect(heard).toEqual(["error", "closed"])
})

test("[NODE4] while the database is away nobody is sent off, and what changed meanwhile is seen afterwards", async () => {
  const { signedIn, asked, state, heard, closing } = stage()
  await signedIn.look()
  state.isAway = true
  state.isValid = false
  asked.revision++
  await signedIn.look()
  await closing()
  expect(heard).toEqual([])
  state.isAway = false
  await signedIn.look()
  await closing()
  expect(heard).toEqual(["error", "closed"])
})
