/** Files and pictures, in Chromium. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { fileTests } from "./files.ts"
import { pictureTests } from "./pictures.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"
import { waitingApartTests } from "./waiting-apart.ts"
import { waitingFileTests } from "./waiting-files.ts"

makeBinaryFirst()
fileTests(fromBinary)
waitingFileTests(fromBinary)
waitingApartTests(fromBinary)
pictureTests(fromBinary)
afterAll(closeBrowser)
