/** Files and pictures, in Chromium and from the source. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { fileTests } from "./files.ts"
import { pictureTests } from "./pictures.ts"
import { fromSource } from "./server.ts"
import { waitingApartTests } from "./waiting-apart.ts"
import { waitingFileTests } from "./waiting-files.ts"

fileTests(fromSource)
waitingFileTests(fromSource)
waitingApartTests(fromSource)
pictureTests(fromSource)
afterAll(closeBrowser)
