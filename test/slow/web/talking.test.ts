/** Talking over the page, coming in and coming back, in Chromium. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { connectionTests } from "./connection.ts"
import { conversationTests } from "./conversation.ts"
import { identityTests } from "./identity.ts"
import { modeTests } from "./modes.ts"
import { returningTests } from "./returning.ts"
import { roomTests } from "./rooms.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
conversationTests(fromBinary)
identityTests(fromBinary)
modeTests(fromBinary)
connectionTests(fromBinary)
returningTests(fromBinary)
roomTests(fromBinary)
afterAll(closeBrowser)
