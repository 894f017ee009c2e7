/** Loads what the first paint does not need, with its texts. */
import { loadLaterTexts } from "../language.ts"

export const onceConnected = () => withTexts(import("./once-connected.ts"))
export const later = () => withTexts(import("./later.ts"))
export const withEmoji = () => withTexts(import("./with-emoji.ts"))
export const account = () => withTexts(import("./account/account.ts"))
export const people = () => withTexts(import("./people/people.ts"))
export const lasting = () => withTexts(import("../lasting.ts"))

async function withTexts<Module>(module: Promise<Module>): Promise<Module> {
  const [loaded] = await Promise.all([module, loadLaterTexts()])
  return loaded
}
