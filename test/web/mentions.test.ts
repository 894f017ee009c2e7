import { describe, expect, test } from "bun:test"
import { mentionBefore, mentionsAfter, mentionsIn, mentionsRoomIn } from "../../src/web/core/mentions.ts"

const people = ["Ann", "Ann Lee", "Bob", "Zoë", "نرگس", "a.b"].map((username) => ({
  userId: `id of ${username}`,
  username,
}))

describe("[MENT1] whom a text mentions", () => {
  test.each([
    ["@Ann, you?", ["Ann"]],
    ["ask @Ann Lee or @Bob.", ["Ann Lee", "Bob"]],
    ["@Ann Lee and @Ann", ["Ann Lee", "Ann"]],
    ["@Annabel, bob@Bob.example, @ann, Ann", []],
    ["سلام @نرگس!", ["نرگس"]],
    ["@Zoë@Bob", ["Zoë"]],
    ["(@a.b)", ["a.b"]],
    ["@axb", []],
  ])("%s", (text, names) => {
    expect(mentionsIn(text, people)).toEqual(names.map((name) => `id of ${name}`))
  })

  test("those who have the same name are all meant, and no more than the server takes", () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ userId: `${i}`, username: "Sam" }))
    expect(mentionsIn("@Sam", many.slice(0, 2))).toEqual(["0", "1"])
    expect(mentionsIn("@Sam", many)).toHaveLength(50)
  })
})

test("[MENT1] the whole room is mentioned by @room, unless somebody has that name", () => {
  expect(["@room", "(@room!)", "hey @room"].map((text) => mentionsRoomIn(text, people))).toEqual([true, true, true])
  expect(["room", "@rooms", "@Room", "a@room"].map((text) => mentionsRoomIn(text, people))).toEqual(
    Array(4).fill(false),
  )
  expect(mentionsRoomIn("@room", [{ userId: "1", username: "room" }])).toBe(false)
})

test("[MENT1] an edit says what is mentioned no longer, and keeps whom this browser does not know", () => {
  expect(mentionsAfter("nobody", people)).toEqual({})
  expect(mentionsAfter("@Bob", people)).toEqual({ mentions: ["id of Bob"] })
  const before = { mentions: ["id of Ann", "somebody away"], mentionsRoom: true }
  expect(mentionsAfter("@Bob", people, before)).toEqual({
    mentions: ["id of Bob", "somebody away"],
    mentionsRoom: false,
  })
  expect(mentionsAfter("nobody", people, before)).toEqual({ mentions: [], mentionsRoom: false })
  expect(mentionsAfter("@room", people, before)).toEqual({ mentions: ["somebody away"], mentionsRoom: true })
})

test("what stands behind an @ before the caret is a name that is being typed", () => {
  expect(mentionBefore("Hi @An", 6)).toEqual({ name: "An", length: 3 })
  expect(mentionBefore("@", 1)).toEqual({ name: "", length: 1 })
  expect(mentionBefore("@Ann Le", 7)).toEqual({ name: "Ann Le", length: 7 })
  expect(mentionBefore("mail bob@ex", 11)).toBeUndefined()
  expect(mentionBefore("Hi @An\n", 7)).toBeUndefined()
})
