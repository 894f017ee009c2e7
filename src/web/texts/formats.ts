/**
 * Numbers, lists, plurals and times as a language and its country write them, all by `Intl`.
 * Formatters are made once for a locale: making one costs more than using it.
 */
type Forms = { readonly [Rule in Intl.LDMLPluralRule]?: string } & { readonly other: string }

export type Formats = ReturnType<typeof formatsOf>

const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "long" }

export function formatsOf(locale: string) {
  const numbers = new Intl.NumberFormat(locale)
  const rules = new Intl.PluralRules(locale)
  const lists = new Intl.ListFormat(locale)
  const number = (value: number): string => numbers.format(value)
  const form = (value: number, forms: Forms): string => forms[rules.select(value)] ?? forms.other
  return {
    locale,
    number,
    form,
    /** The form that goes with the number, with the number for its `#`. Names do not belong into it: they may hold one. */
    count: (value: number, forms: Forms): string => form(value, forms).replace("#", () => number(value)),
    list: (parts: readonly string[]): string => lists.format(parts),
    hour: new Intl.DateTimeFormat(locale, { timeStyle: "short" }),
    moment: new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }),
    weekday: new Intl.DateTimeFormat(locale, { weekday: "long", ...day }),
    date: new Intl.DateTimeFormat(locale, { ...day, year: "numeric" }),
    shortWeekday: new Intl.DateTimeFormat(locale, { weekday: "short" }),
    shortDate: new Intl.DateTimeFormat(locale, { dateStyle: "short" }),
    age: new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }),
    names: new Intl.Collator(locale, { numeric: true, sensitivity: "base" }),
  }
}

/** A name within a sentence: its direction turns nothing but itself. */
export const isolated = (name: string): string => `\u2068${name}\u2069`
