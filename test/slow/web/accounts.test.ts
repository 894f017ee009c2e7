/** Accounts over the page, in Chromium. */
import { afterAll } from "bun:test"
import { accountTests, comingTests, wayInTests } from "./accounts.ts"
import { closeBrowser } from "./browser.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"
import { storyTests } from "./story.ts"

makeBinaryFirst()
accountTests(fromBinary)
comingTests(fromBinary)
wayInTests(fromBinary)
storyTests(fromBinary)
afterAll(closeBrowser)
