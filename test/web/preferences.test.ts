import { expect, test } from "bun:test"
import { signal } from "@preact/signals-core"
import { Kept } from "../../src/web/core/kept.ts"
import { type Level, Preferences } from "../../src/web/core/preferences.ts"

/** A room of which the server keeps nothing. */
const unkept = (id: string) => ({ id, level: signal<Level | undefined>(undefined) })

function storage(entries: Record<string, string> = {}) {
  const map = new Map(Object.entries(entries))
  return {
    map,
    get length() {
      return map.size
    },
    key: (index: number) => [...map.keys()][index] ?? null,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  }
}

test("a room disturbs until it is muted, in every tab of the browser, and again afterwards", () => {
  const shared = storage()
  const [tab, other] = [new Preferences(new Kept(() => shared)), new Preferences(new Kept(() => shared))]
  expect(tab.levelOf(unkept("a"))).toBe("all")
  tab.setLevel("a", "none")
  tab.setLevel("b", "none")
  other.reload()
  expect([other.levelOf(unkept("a")), other.levelOf(unkept("b")), other.levelOf(unkept("c"))]).toEqual([
    "none",
    "none",
    "all",
  ])
  other.setLevel("a", "all")
  tab.reload()
  expect([tab.levelOf(unkept("a")), tab.levelOf(unkept("b"))]).toEqual(["all", "none"])
})

test("what nobody changed is not kept, and what nobody could have chosen is as if it were not there", () => {
  const shared = storage({ "warren.theme": '"mauve"', "warren.sound": "1", "warren.levels": "[]" })
  const preferences = new Preferences(new Kept(() => shared))
  expect(preferences.theme.value).toBe("system")
  expect(preferences.hasSound.value).toBe(true)
  expect(preferences.levelOf(unkept("toString"))).toBe("all")
  preferences.theme.set("dark")
  expect(shared.map.get("warren.theme")).toBe('"dark"')
  preferences.theme.set("system")
  expect(shared.map.has("warren.theme")).toBe(false)
})
