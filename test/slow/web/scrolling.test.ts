/** Moving through what was said, in Chromium. */
import { afterAll } from "bun:test"
import { closeBrowser } from "./browser.ts"
import { readingTests } from "./reading.ts"
import { longRoomTests, scrollingTests } from "./scrolling.ts"
import { fromBinary, makeBinaryFirst } from "./server.ts"

makeBinaryFirst()
scrollingTests(fromBinary)
readingTests(fromBinary)
// Minutes long, and its verdict is a ratio of times: LONG_ROOM=1 bun test --timeout 300000 ./test/slow/web/scrolling.test.ts
if (process.env["LONG_ROOM"]) longRoomTests(fromBinary)
afterAll(closeBrowser)
