/** Every view judged by axe-core, in Chromium. */
import { afterAll } from "bun:test"
import { accessibilityTests } from "./accessibility.ts"
import { accountViewTests } from "./account-views.ts"
import { closeBrowser } from "./browser.ts"
import { roomViewTests } from "./room-views.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
accessibilityTests(fromBinary)
accountViewTests(fromBinary)
// Of what was judged above nothing is new to axe-core here; it is there to be looked at: SHOTS=folder AXE=all
if (process.env["SHOTS"] || process.env["AXE"]) roomViewTests(fromBinary)
afterAll(closeBrowser)
