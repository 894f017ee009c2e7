/**
 * Values of which the JSON is known, since it was put together from what had been written before. Only whoever asks for
 * it gains by it: to all others they are values like any other.
 */
const texts = new WeakMap<object, string>()

/** `text` is the value as JSON, for as long as it lives: it must not change. */
export function written<T extends object>(value: T, text: string): T {
  texts.set(value, text)
  return value
}

export function textOf(value: object): string | undefined {
  return texts.get(value)
}
