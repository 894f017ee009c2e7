/**
 * A value by the JSON that spells it: written once and sent many times, or written in another thread and passed on. Whoever
 * does not know it (JSON.stringify) sees the value, through `toJSON`.
 */
export class Json<T = unknown> {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): T {
    return JSON.parse(this.text)
  }
}
