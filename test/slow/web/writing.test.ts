/** Writing, and texts that want to do harm, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { costTests } from "./cost.ts"
import { fileTests } from "./files.ts"
import { hostileTests } from "./hostile.ts"
import { fromSource } from "./server.ts"
import { waitingFileTests } from "./waiting-files.ts"
import { emojiTests, formattingTests, writingTests } from "./writing.ts"

hostileTests(fromSource)
formattingTests(fromSource)
emojiTests(fromSource)
writingTests(fromSource)
fileTests(fromSource)
waitingFileTests(fromSource)
// Times of a machine that does nothing else: COST=1 bun test --timeout 300000 ./test/slow/web/writing.test.ts -t frame
if (process.env["COST"]) costTests(fromSource)
afterAll(closeBrowser)
