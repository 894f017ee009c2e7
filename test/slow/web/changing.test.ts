/** What becomes of messages, in Chromium and from the source: edits, deletions, reactions, replies. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { changingTests } from "./changing.ts"
import { fromSource } from "./server.ts"

changingTests(fromSource)
afterAll(closeBrowser)
