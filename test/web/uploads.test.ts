import { expect, test } from "bun:test"
import type { SharedFile } from "../../src/web/core/wire.ts"
import { inTurns } from "../../src/web/uploads/in-turns.ts"
import { type Arrival, type Carry, type Source, Uploads } from "../../src/web/uploads/uploads.ts"

interface Carried {
  readonly source: Source
  readonly progress: (share: number) => void
  readonly done: (arrival: Arrival) => void
  isStopped: boolean
}

function setUp() {
  const carried: Carried[] = []
  const carry: Carry<Source> = (source, progress, done) => {
    const one: Carried = { source, progress, done, isStopped: false }
    carried.push(one)
    return () => {
      one.isStopped = true
    }
  }
  const uploads = new Uploads(carry)
  return { uploads, carry, carried, kinds: () => uploads.list.value.map(({ state }) => state.kind) }
}

const source = (name: string, size = 1): Source => ({ name, size, type: "image/png" })
const arrivedAs = (name: string) => ({
  kind: "arrived" as const,
  file: { id: name, name, mimeType: "image/png", bytes: 1, url: `/files/${name}/${name}` } as unknown as SharedFile,
})

test("three go at a time, the others in their turn, and all are ready once they have arrived", () => {
  const { uploads, carried, kinds } = setUp()
  expect([uploads.isReady, uploads.isPromising]).toEqual([false, false])
  expect(uploads.add(["a", "b", "c", "d"].map((name) => source(name)))).toBe(true)
  expect(kinds()).toEqual(["going", "going", "going", "waiting"])
  expect(uploads.list.value[0]!.state).toEqual({ kind: "going", share: 0 })
  carried[0]!.progress(0.5)
  expect(uploads.list.value[0]!.state).toEqual({ kind: "going", share: 0.5 })
  carried[1]!.done(arrivedAs("b"))
  expect(kinds()).toEqual(["going", "arrived", "going", "going"])
  expect(uploads.files.map(({ name }) => name)).toEqual(["b"])
  for (const index of [0, 2, 3]) carried[index]!.done(arrivedAs(carried[index]!.source.name))
  expect(uploads.isReady).toBe(true)
  expect(uploads.files.map(({ name }) => name)).toEqual(["a", "b", "c", "d"])
})

test("what is removed stops, and what waits goes in its place", () => {
  const { uploads, carried, kinds } = setUp()
  uploads.add(["a", "b", "c", "d"].map((name) => source(name)))
  uploads.remove(uploads.list.value[0]!.key)
  expect([carried[0]!.isStopped, kinds()]).toEqual([true, ["going", "going", "going"]])
  uploads.clear()
  expect([kinds(), carried.every(({ isStopped }) => isStopped)]).toEqual([[], true])
})

test("what the network cut goes again with the network; what was refused only when somebody says so", () => {
  const { uploads, carried, kinds } = setUp()
  uploads.add([source("a"), source("b")])
  carried[0]!.done({ kind: "failed", reason: undefined })
  carried[1]!.done({ kind: "failed", reason: "Too many." })
  expect(kinds()).toEqual(["failed", "failed"])
  uploads.resume()
  expect(kinds()).toEqual(["going", "failed"])
  uploads.again(uploads.list.value[1]!.key)
  expect(kinds()).toEqual(["going", "going"])
})

test("what the server takes a little later goes again by itself, and its message may be sent", () => {
  const { uploads, carried, kinds } = setUp()
  uploads.add([source("a")])
  carried[0]!.done({ kind: "failed", reason: "Too many.", isPassing: true })
  expect([kinds(), uploads.isPromising]).toEqual([["failed"], true])
  uploads.resume()
  expect(kinds()).toEqual(["going"])
})

test("[LIM1] of all messages some files go at a time, in their order; one that is stopped makes room", () => {
  const { carried, carry } = setUp()
  const turns = inTurns(carry, 2)
  const heard: string[] = []
  const send = (name: string) =>
    turns(
      source(name),
      () => {},
      () => heard.push(name),
    )
  const names = () => carried.map(({ source }) => source.name)
  const [, stopB, stopC] = ["a", "b", "c", "d", "e", "f"].map(send)
  expect(names()).toEqual(["a", "b"])
  stopC!()
  carried[0]!.done(arrivedAs("a"))
  expect([names(), heard]).toEqual([["a", "b", "d"], ["a"]])
  stopB!()
  stopB!()
  expect([names(), carried[1]!.isStopped]).toEqual([["a", "b", "d", "e"], true])
  carried[2]!.done({ kind: "failed", reason: undefined })
  expect(names()).toEqual(["a", "b", "d", "e", "f"])
})

test("[LIM1] a file that ends at once, or ends as it is stopped, makes room once", () => {
  const went: string[] = []
  const heard: string[] = []
  const turns = inTurns<Source>(({ name }, _, done) => {
    went.push(name)
    const end = () => done(arrivedAs(name))
    if (name === "quick") end()
    return end
  }, 1)
  const send = (name: string) =>
    turns(
      source(name),
      () => {},
      () => heard.push(name),
    )
  send("quick")()
  const [stopA] = ["a", "b", "c"].map(send)
  expect(went).toEqual(["quick", "a"])
  stopA!()
  expect([went, heard]).toEqual([["quick", "a", "b"], ["quick"]])
})

test("a message takes ten, and a file that is too large is not sent again in vain", () => {
  const { uploads, carried, kinds } = setUp()
  expect(uploads.add([source("large", 101), source("fits", 100)])).toBe(true)
  carried[0]!.done({ kind: "tooLarge" })
  uploads.resume()
  expect([kinds(), uploads.isReady]).toEqual([["tooLarge", "going"], false])
  expect(uploads.add(Array.from({ length: 9 }, () => source("more")))).toBe(false)
  expect(uploads.list.value.length).toBe(10)
})

test("words for a picture go with it, unless they are blank", () => {
  const { uploads, carried } = setUp()
  uploads.add([source("a"), source("b")])
  carried[0]!.done(arrivedAs("a"))
  carried[1]!.done(arrivedAs("b"))
  uploads.describe(uploads.list.value[0]!.key, " Beans ")
  uploads.describe(uploads.list.value[1]!.key, "  ")
  expect(uploads.files.map(({ alt }) => alt)).toEqual(["Beans", undefined])
})

test("files of a message that was taken back are there again, with their words, before what was added since", () => {
  const { uploads, carried, kinds } = setUp()
  const { file } = arrivedAs("a")
  uploads.add(Array.from({ length: 9 }, (_, i) => source(`${i}`)))
  uploads.restore([
    { source: source("a"), alt: "Beans", state: { kind: "arrived", file } },
    { source: source("b"), alt: "", state: { kind: "waiting" } },
  ])
  expect(uploads.files).toEqual([{ ...file, alt: "Beans" }] as never)
  expect(uploads.list.value.map((upload) => upload.source.name)).toEqual(["a", "b", ..."01234567"])
  expect([kinds().slice(0, 2), carried.length]).toEqual([["arrived", "waiting"], 3])
})

test("a file that waited in a message that was taken back goes on", () => {
  const { uploads, kinds } = setUp()
  uploads.restore([{ source: source("a"), alt: "", state: { kind: "waiting" } }])
  expect(kinds()).toEqual(["going"])
})

test("a file that nobody has any more holds its message until it is removed", () => {
  const { uploads, carried } = setUp()
  uploads.restore([{ source: source("a"), alt: "", state: { kind: "gone" } }])
  uploads.add([source("b")])
  carried[0]!.done(arrivedAs("b"))
  uploads.resume()
  expect([uploads.isPromising, carried.length]).toEqual([false, 1])
  uploads.remove(uploads.list.value[0]!.key)
  expect([uploads.isPromising, uploads.isReady]).toEqual([true, true])
})
