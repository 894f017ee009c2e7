/** Reads foreign JSON, which may hold anything anywhere. */

export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The objects in it. */
export function listIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : []
}

export function textIn(value: unknown): string {
  return typeof value === "string" ? value : ""
}

export function objectIn(value: unknown): Json {
  return isObject(value) ? value : {}
}
