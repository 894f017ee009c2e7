import { expect, test } from "bun:test"
import { find } from "../../src/web/core/finding.ts"
import { namesakesOf } from "../../src/web/core/namesakes.ts"

const named = (username: string, ...ids: string[]) => ids.map((userId) => ({ userId, username, avatar: null }))
const told = (...people: ReturnType<typeof named>) => Object.fromEntries(namesakesOf(people))

test("people of one name are told apart by the beginnings of their ids, and nobody else is", () => {
  expect(told(...named("Ann", "3f2a91b0-1"), ...named("Bob", "71c0"))).toEqual({})
  expect(told(...named("Ann", "3f2a91b0-7be1", "3f2a07cc-91d2", "9d"), ...named("Bob", "71c0"))).toEqual({
    "3f2a91b0-7be1": "3f2a9",
    "3f2a07cc-91d2": "3f2a0",
    "9d": "9d",
  })
  expect(told(...named("Ann", "ann", "ann-2"))).toEqual({ ann: "ann", "ann-2": "ann-2" })
})

test("names that differ in the case or the accents of their letters look alike", () => {
  expect(told(...named("Zoë", "one-1"), ...named("zoe", "two-2"))).toEqual({ "one-1": "one-1", "two-2": "two-2" })
})

test("of ids that begin alike for long the end of that part is shown, in whole characters", () => {
  const issuer = "https://login.example.com/users/"
  expect(told(...named("Ann", `${issuer}1`, `${issuer}2`))).toEqual({
    [`${issuer}1`]: "….com/users/1",
    [`${issuer}2`]: "….com/users/2",
  })
  expect(told(...named("Ann", "abcdefghijk1-", "abcdefghijk2-", "abcdefghi-12"))).toEqual({
    "abcdefghijk1-": "abcdefghijk1",
    "abcdefghijk2-": "abcdefghijk2",
    "abcdefghi-12": "abcdefghi-12",
  })
  // One that is as long as what is shown at most is shown whole.
  expect(told(...named("Ann", "1abcdefghijk", "2abcdefghijkl"))).toEqual({
    "1abcdefghijk": "1abcdefghijk",
    "2abcdefghijkl": "2abc",
  })
  expect(told(...named("Ann", "🦊🦊🦊🦊a", "🦊🦊🦊🦊b"))).toEqual({
    "🦊🦊🦊🦊a": "🦊🦊🦊🦊a",
    "🦊🦊🦊🦊b": "🦊🦊🦊🦊b",
  })
})

test("one who is listed twice is no namesake of themselves", () => {
  expect(told(...named("Ann", "3f2a", "3f2a"))).toEqual({})
})

test("who is found is told apart from others who are, and from nobody who is not", () => {
  const person = (member: ReturnType<typeof named>[number]) => ({ member, rooms: [], isOnline: true })
  const people = [...named("Ann", "1a2b3c4d-5e6f7", "9f8e7d6c-5b4a3"), ...named("Anna", "77aa88")].map(person)
  const apart = find("ann", { rooms: [], people, listed: [] }).flatMap((option) =>
    option.kind === "person" ? [option.apart] : [],
  )
  expect(apart).toEqual(["1a2b", "9f8e", undefined])
})
