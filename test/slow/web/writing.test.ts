/** Writing, and texts that want to do harm, in Chromium. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { costTests } from "./cost.ts"
import { hostileTests } from "./hostile.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"
import { emojiTests, formattingTests, writingTests } from "./writing.ts"

makeBinaryFirst()
hostileTests(fromBinary)
formattingTests(fromBinary)
emojiTests(fromBinary)
writingTests(fromBinary)
// COST=1 looks at each message five times and tells what it costs: on a machine of its own, with -t frame.
costTests(fromBinary)
afterAll(closeBrowser)
