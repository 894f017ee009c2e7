/** The connection to the browser's database, when the browser refuses it, closes it, or says nothing. */
import { expect, test } from "bun:test"
import { Database } from "../../src/web/uploads/database.ts"

interface Opened {
  isClosed: boolean
  close(): void
}

/** Connections that are opened by hand, and a clock that is moved by hand. */
function setUp() {
  const asked: (PromiseWithResolvers<Opened> & { readonly connection: Opened; readonly end: () => void })[] = []
  const waits: PromiseWithResolvers<void>[] = []
  const open = (end: () => void) => {
    const connection: Opened = {
      isClosed: false,
      close: () => {
        connection.isClosed = true
      },
    }
    const opening = { ...Promise.withResolvers<Opened>(), connection, end }
    asked.push(opening)
    return opening.promise
  }
  const wait = () => {
    const waiting = Promise.withResolvers<void>()
    waits.push(waiting)
    return waiting.promise
  }
  const database = new Database({ open, wait })
  /** Which of the connections did it. */
  const use = () =>
    database.use(async (connection) => {
      if (connection.isClosed) throw new Error("It is closed.")
      return asked.findIndex((one) => one.connection === connection)
    })
  const answer = (index: number) => asked[index]?.resolve(asked[index].connection)
  return { asked, waits, use, answer }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

test("what was refused once is asked for again, and one connection serves until it ends", async () => {
  const { asked, use, answer } = setUp()
  const first = use()
  asked[0]?.reject(new Error("Not in a private window."))
  expect(await first.catch(({ message }) => message)).toBe("Not in a private window.")
  const second = [use(), use()]
  answer(1)
  expect([await Promise.all(second), await use(), asked.length]).toEqual([[1, 1], 1, 2])
})

test("an open that is never answered is given up, and closed should it come after all", async () => {
  const { asked, waits, use, answer } = setUp()
  const first = use()
  waits[0]?.resolve()
  expect(await first.catch(({ message }) => message)).toBe("The browser's database does not open.")
  answer(0)
  await soon()
  expect(asked[0]?.connection.isClosed).toBe(true)
  const second = use()
  answer(1)
  expect(await second).toBe(1)
  // In time, however long it is open.
  waits[1]?.resolve()
  await soon()
  expect([await use(), asked[1]?.connection.isClosed]).toEqual([1, false])
})

test("a connection that ends is let go of at once, and made anew", async () => {
  const { asked, use, answer } = setUp()
  const begun = use()
  answer(0)
  await begun
  asked[0]?.end()
  await soon()
  expect(asked[0]?.connection.isClosed).toBe(true)
  const next = use()
  answer(1)
  expect(await next).toBe(1)
  // Which ends no other.
  asked[0]?.end()
  expect([await use(), asked.length]).toEqual([1, 2])
})

test("what fails on a connection that was closed without a word is done on a new one, once", async () => {
  const { asked, use, answer } = setUp()
  const begun = use()
  answer(0)
  await begun
  asked[0]!.connection.isClosed = true
  const next = use()
  await soon()
  answer(1)
  expect(await next).toBe(1)
  asked[1]!.connection.isClosed = true
  const last = use()
  await soon()
  asked[2]!.connection.isClosed = true
  answer(2)
  expect(await last.catch(({ message }) => message)).toBe("It is closed.")
  expect(asked.length).toBe(3)
})
