import { onceConnected } from "./load-later.ts"

/** What is read of a line of a message; the line itself where what knows that cannot be loaded. */
export async function readLater(line: string): Promise<string> {
  try {
    return (await onceConnected()).readOf(line)
  } catch {
    return line
  }
}
