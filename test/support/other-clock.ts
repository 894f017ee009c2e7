/**
 * Preloaded (`bun --preload`) by a server of a test: its wall clock is wrong by what the file
 * of CLOCK_FILE says in milliseconds, from each moment on that this is written there.
 */
import { readFileSync } from "node:fs"

const file = process.env["CLOCK_FILE"] ?? ""
const { now } = Date
const wrong = () => now() + Number(readFileSync(file, "utf8"))

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [wrong()] : args, newTarget === globalThis.Date ? target : newTarget),
  get: (target, name) => (name === "now" ? wrong : Reflect.get(target, name)),
})
