/** How often something happened, by name. Kept for whoever asks; no times and no limits. */
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
