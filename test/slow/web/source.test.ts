/** The page in a real browser, served from the source. */
import { afterAll } from "bun:test"
import { accessibilityTests } from "./accessibility.ts"
import { alertTests } from "./alerts.ts"
import { closeBrowser } from "./browser.ts"
import { connectionTests } from "./connection.ts"
import { conversationTests } from "./conversation.ts"
import { costTests } from "./cost.ts"
import { findingTests } from "./finding.ts"
import { hostileTests } from "./hostile.ts"
import { identityTests } from "./identity.ts"
import { languageTests } from "./languages.ts"
import { readingTests } from "./reading.ts"
import { returningTests } from "./returning.ts"
import { roomTests } from "./rooms.ts"
import { longRoomTests, scrollingTests } from "./scrolling.ts"
import { fromSource } from "./server.ts"
import { speedTests } from "./speed.ts"
import { emojiTests, formattingTests, writingTests } from "./writing.ts"

conversationTests(fromSource)
identityTests(fromSource)
connectionTests(fromSource)
returningTests(fromSource)
roomTests(fromSource)
scrollingTests(fromSource)
readingTests(fromSource)
// Minutes long, and its verdict is a ratio of times: LONG_ROOM=1 bun test --timeout 300000 ./test/slow/web/source.test.ts
if (process.env["LONG_ROOM"]) longRoomTests(fromSource)
hostileTests(fromSource)
// Times of a machine that does nothing else: COST=1 bun test --timeout 300000 ./test/slow/web/source.test.ts -t frame
if (process.env["COST"]) costTests(fromSource)
speedTests(fromSource)
findingTests(fromSource)
alertTests(fromSource)
languageTests(fromSource)
accessibilityTests(fromSource)
formattingTests(fromSource)
emojiTests(fromSource)
writingTests(fromSource)
afterAll(closeBrowser)
