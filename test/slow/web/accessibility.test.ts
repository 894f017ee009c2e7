/** Every view judged by axe-core, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { accessibilityTests } from "./accessibility.ts"
import { accountViewTests } from "./account-views.ts"
import { closeBrowser } from "./browser.ts"
import { roomViewTests } from "./room-views.ts"
import { fromSource } from "./server.ts"

accessibilityTests(fromSource)
accountViewTests(fromSource)
roomViewTests(fromSource)
afterAll(closeBrowser)
