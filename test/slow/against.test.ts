import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { checkOut } from "../../bench/against.ts"
import { start } from "../../bench/contenders.ts"

test("a commit is checked out with its dependencies, serves, and is gone afterwards", async () => {
  const earlier = checkOut("HEAD")
  const { cwd } = earlier.contender
  expect(existsSync(join(cwd, "node_modules/socket.io"))).toBe(true)
  const server = await start(earlier.contender)
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  await server.stop()
  earlier.remove()
  expect(existsSync(cwd)).toBe(false)
  expect(() => checkOut("no-such-commit")).toThrow('There is no commit "no-such-commit" in this checkout')
})
