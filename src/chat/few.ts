/**
 * Maps and sets that mostly hold one entry, for what exists once per connection: a Map takes 256 bytes for its first
 * entry, these take 48. From two entries on they are a real Map or Set. Values are never undefined.
 */

export class FewMap<K, V> {
  #key: K | undefined
  #value: V | undefined
  #many: Map<K, V> | undefined

  constructor(entries: Iterable<readonly [K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.#many?.size ?? (this.#key === undefined ? 0 : 1)
  }

  has(key: K): boolean {
    return this.#many?.has(key) ?? (key !== undefined && this.#key === key)
  }

  get(key: K): V | undefined {
    return this.has(key) ? (this.#many === undefined ? this.#value : this.#many.get(key)) : undefined
  }

  set(key: K, value: V): this {
    if (this.#many === undefined && this.size === 1 && this.#key !== key) {
      this.#many = new Map([[this.#key as K, this.#value as V]])
    }
    if (this.#many !== undefined) this.#many.set(key, value)
    else {
      this.#key = key
      this.#value = value
    }
    return this
  }

  delete(key: K): boolean {
    if (this.#many !== undefined) return this.#many.delete(key)
    if (!this.has(key)) return false
    this.clear()
    return true
  }

  clear(): void {
    this.#key = undefined
    this.#value = undefined
    this.#many = undefined
  }

  keys(): IteratorObject<K> {
    return this.#many?.keys() ?? this.#first().map(([key]) => key)
  }

  values(): IteratorObject<V> {
    return this.#many?.values() ?? this.#first().map(([, value]) => value)
  }

  [Symbol.iterator](): IteratorObject<[K, V]> {
    return this.#many?.entries() ?? this.#first()
  }

  #first(): IteratorObject<[K, V]> {
    const entries: [K, V][] = this.#key === undefined ? [] : [[this.#key, this.#value as V]]
    return entries.values()
  }
}

/** Its own implementation instead of wrapping the map: it is half of what a connection in a room takes. */
export class FewSet<T> {
  #one: T | undefined
  #many: Set<T> | undefined

  get size(): number {
    return this.#many?.size ?? (this.#one === undefined ? 0 : 1)
  }

  has(value: T): boolean {
    return this.#many?.has(value) ?? (value !== undefined && this.#one === value)
  }

  add(value: T): this {
    if (this.#many === undefined && this.size === 1 && this.#one !== value) this.#many = new Set([this.#one as T])
    if (this.#many !== undefined) this.#many.add(value)
    else this.#one = value
    return this
  }

  delete(value: T): boolean {
    if (this.#many !== undefined) return this.#many.delete(value)
    const had = this.has(value)
    if (had) this.#one = undefined
    return had
  }

  [Symbol.iterator](): IteratorObject<T> {
    return this.#many?.values() ?? (this.#one === undefined ? [] : [this.#one]).values()
  }
}
