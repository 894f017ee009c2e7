import { expect, test } from "bun:test"
import { mutated, mutationsOf } from "./mutations.ts"

async function changed(text: string): Promise<string[]> {
  return (await mutationsOf(text)).map((mutation) => mutated(text, mutation))
}

test("operators, conditions, constants and statements are changed one at a time", async () => {
  expect(await changed("a < b")).toEqual([";", "a <= b"])
  expect(await changed("const x = a && !b")).toEqual(["const x = a || !b", "const x = a && b"])
  expect(await changed("if (a) b()")).toEqual(["if (true) b()", "if (false) b()", "if (a) ;"])
  expect(await changed("while (a) break")).toEqual(["while (false) break", "while (a) ;"])
  expect(await changed("const x = a ? 1 : true")).toEqual([
    "const x = true ? 1 : true",
    "const x = false ? 1 : true",
    "const x = a ? (1 + 1) : true",
    "const x = a ? 1 : false",
  ])
  expect(await changed("throw a")).toEqual([";"])
})

test("what only one of the two languages has is understood in it", async () => {
  expect(await mutationsOf("const x = <T>(y: T) => y === 1")).toHaveLength(2)
  expect(await mutationsOf("const x = <p>{a === 1}</p>", "tsx")).toHaveLength(2)
})

test("types, imports, comments and texts are left alone", async () => {
  const text = [
    'import { a } from "./1.ts"',
    "type T = 1 | true",
    "interface I { readonly x: 2; f(y?: 3): false }",
    "const x: Array<4> = <T,>(y: T) => y as 5 // 1 < 2",
    "const z = `a < b` + '1 + 1'",
  ].join("\n")
  expect(await changed(text)).toEqual([text.replace("` + '", "` - '")])
})

test("a mutation is named by its line before and after, and found at its place", async () => {
  const [mutation] = await mutationsOf("const a = 1\n\nconst b =\n  a   === c\n")
  const equal = (await mutationsOf("const a = b\n\nconst b =\n  a   === c\n"))[0]
  expect(mutation).toMatchObject({ line: 1, before: "const a = 1", after: "const a = (1 + 1)" })
  expect(equal).toMatchObject({ line: 4, before: "a   === c", after: "a   !== c" })
})
