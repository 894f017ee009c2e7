/** How large a file is, as people say it. */
import { formats } from "../texts/texts.ts"

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const

export function sizeOf(bytes: number): string {
  const index = Math.min(units.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** index
  // Short, a byte has no plural.
  const unitDisplay = index === 0 ? "long" : "short"
  const style = { style: "unit", unit: units[index], unitDisplay, maximumFractionDigits: value < 10 ? 1 : 0 }
  return new Intl.NumberFormat(formats().locale, style as Intl.NumberFormatOptions).format(value)
}
