/** The page in a real browser, served from the compiled binary. */
import { afterAll } from "bun:test"
import { accessibilityTests } from "./accessibility.ts"
import { closeBrowser } from "./browser.ts"
import { conversationTests } from "./conversation.ts"
import { hostileTests } from "./hostile.ts"
import { identityTests } from "./identity.ts"
import { scrollingTests } from "./scrolling.ts"
import { fromBinary } from "./server.ts"

conversationTests(fromBinary)
identityTests(fromBinary)
scrollingTests(fromBinary)
hostileTests(fromBinary)
accessibilityTests(fromBinary)
afterAll(closeBrowser)
