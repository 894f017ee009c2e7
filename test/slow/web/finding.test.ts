/** Finding one's way and being told, in Chromium. */
import { afterAll } from "bun:test"
import { alertTests } from "./alerts.ts"
import { closeBrowser } from "./browser.ts"
import { findingTests } from "./finding.ts"
import { languageTests } from "./languages.ts"
import { manyRoomsTests } from "./many-rooms.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"
import { speedTests } from "./speed.ts"

makeBinaryFirst()
findingTests(fromBinary)
alertTests(fromBinary)
languageTests(fromBinary)
manyRoomsTests(fromBinary)
speedTests(fromBinary)
afterAll(closeBrowser)
