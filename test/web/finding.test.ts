import { expect, test } from "bun:test"
import { find, type Sources } from "../../src/web/core/finding.ts"

const none: Sources = { rooms: [], people: [], listed: [] }

function listed(...names: string[]): Sources {
  return {
    ...none,
    listed: names.map((name) => {
      const room = { id: name, name, topic: "", visibility: "public" as const, createdAt: "" }
      return { ...room, rev: 0, lastMessageAt: null, memberCount: 0 }
    }),
  }
}

function found(query: string, sources: Sources): string[] {
  return find(query, sources).flatMap((option) => (option.kind === "listed" ? [option.room.name] : []))
}

test("what is the query comes first, then what begins with it, has a word that does, and contains it", () => {
  const sources = listed("Decafe", "The Café", "Cafeteria", "Café", "Tea")
  expect(found("cafe", sources)).toEqual(["Café", "Cafeteria", "The Café", "Decafe"])
})

test("a name is found without the accents, the case and the width of its letters", () => {
  for (const query of ["ＣＡＦＥ", "café", "Cafe\u0301", " cafe "])
    expect(found(query, listed("Café"))).toEqual(["Café"])
  expect(found("кофи", listed("Кофий"))).toEqual(["Кофий"])
})

test("with nothing typed there is what one may go to; a room of its name to be created, and messages with it, come last", () => {
  expect(find("  ", listed("Tea"))).toMatchObject([{ kind: "listed", key: "Tea" }])
  expect(find(" Tea ", listed("Tea")).slice(-2)).toMatchObject([
    { kind: "create", name: "Tea" },
    { kind: "search", query: "Tea" },
  ])
})
