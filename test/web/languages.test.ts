import { expect, test } from "bun:test"
import { objects } from "../../src/contract/server.ts"
import { ar } from "../../src/web/texts/ar.ts"
import { de } from "../../src/web/texts/de.ts"
import { en } from "../../src/web/texts/en.ts"
import { formatsOf } from "../../src/web/texts/formats.ts"
import { languageFor } from "../../src/web/texts/languages.ts"
import { laterAr } from "../../src/web/texts/later/ar.ts"
import { laterDe } from "../../src/web/texts/later/de.ts"
import { laterEn } from "../../src/web/texts/later/en.ts"
import { show, shownCount } from "../../src/web/texts/texts.ts"
import { showAllTexts } from "./all-texts.ts"

test("the language is the first of the browser's that there is, written as in the reader's country", () => {
  expect(languageFor("browser", ["fr-FR", "de-AT", "en-US"])).toEqual({ code: "de", locale: "de-AT" })
  expect(languageFor("browser", ["AR-eg"])).toEqual({ code: "ar", locale: "AR-eg" })
  expect(languageFor("browser", ["fr", "ja"])).toEqual({ code: "en", locale: "en" })
  expect(languageFor("browser", [])).toEqual({ code: "en", locale: "en" })
})

test("a language that was chosen is shown whatever the browser asks for", () => {
  expect(languageFor("ar", ["de-DE", "en"])).toEqual({ code: "ar", locale: "ar" })
  expect(languageFor("en", ["de-DE", "en-GB", "en-US"])).toEqual({ code: "en", locale: "en-GB" })
})

test("numbers and plurals are those of the language", () => {
  expect(laterEn(formatsOf("en-US")).composer.tooLong(4_051)).toBe("4,051 characters too long")
  expect(laterEn(formatsOf("en-US")).composer.tooLong(1)).toBe("1 character too long")
  expect(laterDe(formatsOf("de-DE")).composer.tooLong(4_051)).toBe("4.051 Zeichen zu lang")
  const arabic = laterAr(formatsOf("ar")).alerts.announceMany
  expect([1, 2, 3, 11, 100].map(arabic)).toEqual([
    "رسالة جديدة",
    "رسالتان جديدتان",
    "3 رسائل جديدة",
    "11 رسالة جديدة",
    "100 رسالة جديدة",
  ])
})

test("how much is new is written in the reader's digits, and never in more than two", () => {
  const shown = [1, 99, 100, 5_000]
  show({ first: en, later: undefined }, "en")
  expect(shown.map(shownCount)).toEqual(["1", "99", "99+", "99+"])
  show({ first: ar, later: undefined }, "ar-EG")
  expect(shown.map(shownCount)).toEqual(["١", "٩٩", "٩٩+", "٩٩+"])
  showAllTexts()
})

test("[ACC11] what the server warns of is said in every language, for each code there is", () => {
  const codes = objects.Warning.schema.entries.code.options
  const said = [laterEn(formatsOf("en")), laterDe(formatsOf("de")), laterAr(formatsOf("ar"))]
  for (const { warnings } of said.map(({ administration }) => administration)) {
    expect(Object.keys(warnings)).toEqual([...codes])
    expect(new Set(Object.values(warnings)).size).toBe(codes.length)
  }
  expect(new Set(said.flatMap(({ administration }) => Object.values(administration.warnings))).size).toBe(
    said.length * codes.length,
  )
})

test("a name is shown letter by letter, whatever it holds", () => {
  for (const [first, later, locale] of [
    [en, laterEn, "en"],
    [de, laterDe, "de"],
    [ar, laterAr, "ar"],
  ] as const) {
    const formats = formatsOf(locale)
    const t = later(formats)
    const name = "#1 $& fan"
    const names = t.names.list([name], 0)
    expect(names).toBe(`\u2068${name}\u2069`)
    const sentences = [t.names.typing(names, 1), t.notices.joined(names, 1), t.notices.left(names, 1)]
    for (const sentence of [...sentences, first(formats).messages.start(name), t.names.list([name, "a", "b"], 2)]) {
      expect(sentence).toContain(name)
    }
  }
})

test("a room's link is promised to bring in whom it does: who has no account is sent to who may invite", () => {
  for (const [language, locale, account] of [
    [laterEn, "en", "account"],
    [laterDe, "de", "Konto"],
    [laterAr, "ar", "حساب"],
  ] as const) {
    const { open, token, ...accounts } = language(formatsOf(locale)).inviting
    for (const sentence of Object.values(accounts)) expect(sentence).toContain(account)
    for (const sentence of [open, token]) expect(sentence).not.toContain(account)
    expect(new Set([open, token, ...Object.values(accounts)]).size).toBe(4)
  }
})
