/** The reference: what the suite expects is what Socket.IO's own adapter does. */
import { adapterSuite } from "./adapter-suite.ts"
import { startNode } from "./node.ts"

adapterSuite("the stock adapter", async () => startNode())
