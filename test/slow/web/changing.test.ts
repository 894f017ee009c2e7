/** What becomes of messages, in Chromium: edits, deletions, reactions, replies. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { changingTests } from "./changing.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
changingTests(fromBinary)
afterAll(closeBrowser)
