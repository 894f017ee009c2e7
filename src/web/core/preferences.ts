/**
 * A person's settings for this browser. They are stored in it, and all of its tabs follow them.
 *
 * Notification levels of rooms are stored here as well with AUTH=open; only `levelOf` and `setLevel` know that.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { type LanguageCode, languageCodes } from "../texts/languages.ts"
import { isRecord, isString, type Kept } from "./kept.ts"

export const themes = ["system", "light", "dark"] as const
export type Theme = (typeof themes)[number]

export const levels = ["all", "mentions", "none"] as const
/** Which messages of a room may notify. Unread messages are counted at every level. */
export type Level = (typeof levels)[number]

interface Leveled {
  readonly id: string
  readonly level: ReadonlySignal<Level | undefined>
}

export class Preferences {
  readonly language: Preference<LanguageCode | "browser">
  readonly theme: Preference<Theme>
  readonly hasSound: Preference<boolean>
  /** Whether notifications are wanted; the browser decides as well. */
  readonly hasNotifications: Preference<boolean>
  /** Whether the panel of the open room is shown beside it, if there is space. */
  readonly hasPanel: Preference<boolean>
  /** Recently used, the latest first. */
  readonly recentEmoji: Preference<readonly string[]>
  readonly #levels: Preference<Readonly<Record<string, unknown>>>

  constructor(kept: Kept) {
    this.language = new Preference(kept, "language", isLanguage, "browser")
    this.theme = new Preference(kept, "theme", isTheme, "system")
    this.hasSound = new Preference(kept, "sound", isBoolean, true)
    this.hasNotifications = new Preference(kept, "notifications", isBoolean, false)
    this.hasPanel = new Preference(kept, "panel", isBoolean, true)
    this.recentEmoji = new Preference(kept, "emoji", areStrings, [])
    this.#levels = new Preference(kept, "levels", isRecord, {})
  }

  /** `level` is the one that the server stores. */
  levelOf({ id, level }: Leveled): Level {
    const own = this.#levels.value[id]
    return level.value ?? levels.find((one) => one === own) ?? "all"
  }

  /** Where the server stores none. */
  setLevel(roomId: string, level: Level): void {
    const { [roomId]: _, ...others } = this.#levels.value
    this.#levels.set(level === "all" ? others : { ...others, [roomId]: level })
  }

  /** Another tab may have changed them. */
  reload(): void {
    const { language, theme, hasSound, hasNotifications, hasPanel, recentEmoji } = this
    const chosen = [language, theme, hasSound, hasNotifications, hasPanel]
    for (const preference of [...chosen, recentEmoji, this.#levels]) preference.reload()
  }
}

/** One setting. A default is not stored, so a later default takes effect. */
class Preference<T> {
  readonly #kept: Kept
  readonly #key: string
  readonly #isExpected: (value: unknown) => value is T
  readonly #fallback: T
  readonly #signal = signal<T | undefined>(undefined)

  constructor(kept: Kept, key: string, isExpected: (value: unknown) => value is T, fallback: T) {
    this.#kept = kept
    this.#key = key
    this.#isExpected = isExpected
    this.#fallback = fallback
    this.reload()
  }

  /** Followed by whoever reads it in an effect or a view. */
  get value(): T {
    return this.#signal.value ?? this.#fallback
  }

  set(value: T): void {
    const kept = value === this.#fallback ? undefined : value
    this.#signal.value = kept
    this.#kept.write(this.#key, kept)
  }

  reload(): void {
    this.#signal.value = this.#kept.read(this.#key, this.#isExpected)
  }
}

const areStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString)
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
const isLanguage = (value: unknown): value is LanguageCode | "browser" =>
  value === "browser" || languageCodes.some((code) => code === value)
const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value)
