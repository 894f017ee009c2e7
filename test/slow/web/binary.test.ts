/** The page in a real browser, served from the compiled binary: the same bytes as from the source, so what they do is tried once. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { conversationTests } from "./conversation.ts"
import { fromBinary } from "./server.ts"
import { emojiTests, formattingTests } from "./writing.ts"

conversationTests(fromBinary)
formattingTests(fromBinary)
emojiTests(fromBinary)
afterAll(closeBrowser)
