/** Finding one's way and being told, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { alertTests } from "./alerts.ts"
import { closeBrowser } from "./browser.ts"
import { findingTests } from "./finding.ts"
import { languageTests } from "./languages.ts"
import { fromSource } from "./server.ts"
import { speedTests } from "./speed.ts"

findingTests(fromSource)
alertTests(fromSource)
languageTests(fromSource)
speedTests(fromSource)
afterAll(closeBrowser)
