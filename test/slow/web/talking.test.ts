/** Talking over the page, coming in and coming back, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { connectionTests } from "./connection.ts"
import { conversationTests } from "./conversation.ts"
import { identityTests } from "./identity.ts"
import { modeTests } from "./modes.ts"
import { returningTests } from "./returning.ts"
import { roomTests } from "./rooms.ts"
import { fromSource } from "./server.ts"

conversationTests(fromSource)
identityTests(fromSource)
modeTests(fromSource)
connectionTests(fromSource)
returningTests(fromSource)
roomTests(fromSource)
afterAll(closeBrowser)
