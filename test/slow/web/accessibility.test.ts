/** Every view judged by axe-core, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { accessibilityTests } from "./accessibility.ts"
import { accountViewTests } from "./account-views.ts"
import { closeBrowser } from "./browser.ts"
import { roomViewTests } from "./room-views.ts"
import { fromSource } from "./server.ts"

accessibilityTests(fromSource)
accountViewTests(fromSource)
// Of what was judged above nothing is new to axe-core here; it is there to be looked at: SHOTS=folder AXE=all
if (process.env["SHOTS"] || process.env["AXE"]) roomViewTests(fromSource)
afterAll(closeBrowser)
