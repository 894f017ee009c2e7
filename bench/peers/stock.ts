/** Warren's own code with Socket.IO's stock adapter, which writes to one socket after another. */
import { Adapter } from "socket.io-adapter"
import { startApp } from "../../src/app.ts"
import { readConfig } from "../../src/config.ts"
import { configureLog } from "../../src/observe/log.ts"

const config = readConfig({}, process.env)
configureLog(config.logLevel, { isTerminal: false })
const broadcasting = { adapter: Adapter, publishThrough: () => {}, close: () => {} }
const { url } = await startApp(config, { broadcasting })
process.stdout.write(`${JSON.stringify({ url })}\n`)
