/** How often something happened, by its name. Kept for whoever asks; nothing here has a time or a limit. */
export class Counters {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
