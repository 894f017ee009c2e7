/** The page in a real browser, served from the compiled binary: the same bytes as from the source, so little is tried again. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { firstMinuteTests } from "./conversation.ts"
import { fromBinary } from "./server.ts"
import { emojiTests, formattingTests } from "./writing.ts"

firstMinuteTests(fromBinary)
formattingTests(fromBinary)
emojiTests(fromBinary)
afterAll(closeBrowser)
