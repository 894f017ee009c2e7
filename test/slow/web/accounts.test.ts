/** Accounts over the page, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { accountTests, wayInTests } from "./accounts.ts"
import { closeBrowser } from "./browser.ts"
import { fromSource } from "./server.ts"
import { storyTests } from "./story.ts"

accountTests(fromSource)
wayInTests(fromSource)
storyTests(fromSource)
afterAll(closeBrowser)
