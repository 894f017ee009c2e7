/** What one is in the middle of, and what comes between, in Chromium. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { meanwhileTests } from "./meanwhile.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
meanwhileTests(fromBinary)
afterAll(closeBrowser)
