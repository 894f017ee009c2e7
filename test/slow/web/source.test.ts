/** The page in a real browser, served from the source. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { conversationTests } from "./conversation.ts"
import { fromSource } from "./server.ts"

conversationTests(fromSource)
afterAll(closeBrowser)
