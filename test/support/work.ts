/**
 * Counts what a function does to texts and lists: characters that are looked at or copied, and elements. It is the same
 * on every machine, however busy, so that a test can tell whether work grows as its input does.
 */

type Method = (this: never, ...args: never[]) => unknown
type Cost = (subject: { readonly length: number }, result: unknown, args: readonly unknown[]) => number

const length = (value: unknown) => (typeof value === "string" || Array.isArray(value) ? value.length : 0)
const ofSubject: Cost = (subject) => subject.length
const ofResult: Cost = (_, result) => length(result)
const toFound: Cost = (subject, result, [, from = 0]) =>
  Math.max(0, (result === -1 ? subject.length : Number(result)) - Number(from))
const ofWanted: Cost = (_, __, [wanted]) => length(wanted)

const texts = {
  includes: ofSubject,
  indexOf: toFound,
  replaceAll: ofSubject,
  slice: ofResult,
  split: ofSubject,
  startsWith: ofWanted,
  trim: ofSubject,
}
const lists = {
  concat: ofResult,
  filter: ofSubject,
  findLast: ofSubject,
  map: ofSubject,
  reduce: ofSubject,
  slice: ofResult,
  some: ofSubject,
  sort: ofSubject,
}

export function workOf(run: () => unknown): number {
  let steps = 0
  const restore: (() => void)[] = []
  const count = (prototype: object, name: PropertyKey, cost: Cost) => {
    const original = Reflect.get(prototype, name) as Method
    restore.push(() => Object.defineProperty(prototype, name, { value: original, writable: true, configurable: true }))
    const counted = function (this: never, ...args: never[]) {
      const result = Reflect.apply(original, this, args)
      steps += 1 + cost(this, result, args)
      return result
    }
    Object.defineProperty(prototype, name, { value: counted, writable: true, configurable: true })
  }
  const exec = RegExp.prototype.exec
  try {
    for (const [name, cost] of Object.entries(texts)) count(String.prototype, name, cost)
    for (const [name, cost] of Object.entries(lists)) count(Array.prototype, name, cost)
    // What all of a pattern's uses come down to: match, replace, search, split, test.
    RegExp.prototype.exec = function (this: RegExp, text: string) {
      const from = this.global || this.sticky ? this.lastIndex : 0
      const found = Reflect.apply(exec, this, [text]) as RegExpExecArray | null
      const end = found ? found.index + found[0].length : this.sticky ? from : text.length
      steps += 1 + end - from
      return found
    }
    run()
  } finally {
    RegExp.prototype.exec = exec
    for (const undo of restore) undo()
  }
  return steps
}
