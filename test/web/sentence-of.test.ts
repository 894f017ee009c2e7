/** Why the server refused something, as people read it in each language. */
import { afterEach, expect, test } from "bun:test"
import { type ErrorCode, errorMessages } from "../../src/contract/errors.ts"
import { type Refused, sentenceOf } from "../../src/web/core/sentence-of.ts"
import { ar } from "../../src/web/texts/ar.ts"
import { de } from "../../src/web/texts/de.ts"
import { en } from "../../src/web/texts/en.ts"
import { laterAr } from "../../src/web/texts/later/ar.ts"
import { laterDe } from "../../src/web/texts/later/de.ts"
import { laterEn } from "../../src/web/texts/later/en.ts"
import { show } from "../../src/web/texts/texts.ts"
import { startWithAdmin } from "../support/accounts.ts"

const languages = {
  en: { first: en, later: laterEn },
  de: { first: de, later: laterDe },
  ar: { first: ar, later: laterAr },
} as const

afterEach(() => show(languages.en, "en"))

const codes = Object.keys(errorMessages) as ErrorCode[]

/** As it crosses the wire: with the server's own sentence. */
function refusal(code: string, more: Partial<Exclude<Refused, string>> = {}): Refused {
  return { ...more, code, ...{ message: "An English sentence of the server." } }
}

test.each(["en", "de", "ar"] as const)("every code is said in %s, and never by the server's sentence", (language) => {
  show(languages[language], language)
  const said = [...codes, "LOST"].map((code) => sentenceOf(refusal(code)))
  expect(new Set(said).size).toBe(codes.length + 1)
  for (const sentence of said) {
    expect(sentence).not.toContain("English")
    if (language === "ar") expect(sentence).toMatch(/^[\p{Script=Arabic}\p{M}\p{P} ]+$/u)
  }
})

test("what is known of the field or the request says more than the code", () => {
  show(languages.de, "de")
  expect(sentenceOf(refusal("ERR_FORBIDDEN", { event: "edit_message" }))).toBe(
    "Diese Nachricht kann nur ihr Autor bearbeiten.",
  )
  expect(sentenceOf(refusal("ERR_FORBIDDEN", { event: "send_message", field: "mentionsRoom" }))).toStartWith(
    "Dieser Raum ist so groß",
  )
  // The same code of a request that says no more is as general as the code.
  expect(sentenceOf(refusal("ERR_FORBIDDEN", { event: "get_server" }))).toBe("Das darfst du nicht.")
})

test("what the page itself said stays, and a code of a newer server has the server's sentence", () => {
  show(languages.de, "de")
  expect(sentenceOf("Die Datei ist weg.")).toBe("Die Datei ist weg.")
  expect(sentenceOf(refusal("ERR_TEAPOT"))).toBe("An English sentence of the server.")
  expect(sentenceOf({ code: "ERR_TEAPOT" })).toBe(sentenceOf({ code: "ERR_INTERNAL" }))
})

test("the last administrator reads in German why they stay one", async () => {
  await using team = await startWithAdmin()
  const answer = await team.client.ask("update_user", { targetId: team.admin.userId, role: "member" })
  if (answer.ok) throw new Error("The last administrator was lowered.")
  show(languages.de, "de")
  expect(sentenceOf(answer.error)).toBe("Das können nur Administratoren, und einen muss es immer geben.")
})
