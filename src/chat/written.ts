/**
 * Values whose JSON is known, because it was put together from parts that were encoded before. Whoever asks for it
 * saves the work; to all others they are plain values.
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
