import { onceConnected } from "./load-later.ts"

/** A line of a message as plain text; the original where that cannot be loaded. */
export async function readLater(line: string): Promise<string> {
  try {
    return (await onceConnected()).readOf(line)
  } catch {
    return line
  }
}
