/** The page in a real browser, served from the source as a newcomer does it: the same bytes as from the binary, so little is tried again. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { firstMinuteTests } from "./conversation.ts"
import { fromSource } from "./server.ts"
import { emojiTests, formattingTests } from "./writing.ts"

firstMinuteTests(fromSource)
formattingTests(fromSource)
emojiTests(fromSource)
afterAll(closeBrowser)
