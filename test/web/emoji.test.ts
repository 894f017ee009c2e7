import { expect, test } from "bun:test"
import { typedBefore } from "../../src/web/emoji/completion.ts"
import { byName, find, groups } from "../../src/web/emoji/data.ts"
import { formatsOf } from "../../src/web/texts/formats.ts"
import { languages } from "../../src/web/texts/languages.ts"

test("the table has the emoji of Unicode 16 in its groups, and all have a name that can be typed", async () => {
  expect(groups.flat().length).toBeGreaterThan(1_850)
  for (const { loadLater } of Object.values(languages)) {
    const texts = await loadLater()
    expect(texts(formatsOf("en")).emoji.groups.length).toBe(groups.length)
  }
  for (const { char, names } of groups.flat()) {
    expect(char).toMatch(/^\p{RGI_Emoji}$/v)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(name).toMatch(/^[a-z0-9+_-]+$/)
  }
})

test("an emoji is found by its name, then by how it begins, then by what it is about", () => {
  expect(byName("tada")?.char).toBe("🎉")
  expect(byName("+1")?.char).toBe("👍")
  expect(byName("no_such")).toBeUndefined()
  expect(find("smile", 1)[0]?.char).toBe("😄")
  expect(find("heart", 5)[0]?.char).toBe("❤️")
  expect(find("Thumbs up", 3).map(({ char }) => char)).toContain("👍")
  expect(find("birthday", 8).map(({ char }) => char)).toContain("🎂")
  expect(find("qqq", 8)).toEqual([])
  expect(find("a", 8)).toHaveLength(8)
})

test("a name is completed where one begins, and not in a time, an address or a smiley", () => {
  const at = (text: string) => typedBefore(text, text.length)
  expect(at("well :ta")).toEqual({ name: "ta", length: 3, isWhole: false })
  expect(at(":Tada:")).toEqual({ name: "tada", length: 6, isWhole: true })
  expect(at("你好:+1:")).toEqual({ name: "+1", length: 4, isWhole: true })
  expect(at("👍:+1:")).toEqual({ name: "+1", length: 4, isWhole: true })
  for (const text of ["10:30", "http:", "a:bc", ":D", ":-", ":", "::", ": ab", ":ta b", `:${"a".repeat(60)}`]) {
    expect(at(text), text).toBeUndefined()
  }
  expect(typedBefore(":ta and more", 3)).toEqual({ name: "ta", length: 3, isWhole: false })
})
