/** The compiled binary: built as the README says, it starts from any folder and serves the same. */
import { expect, test } from "bun:test"
import { realpathSync } from "node:fs"
import { join } from "node:path"
import { documentPaths } from "../../../src/docs/paths.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, everyTransport, joined } from "../../support/client.ts"
import { uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { pngOf } from "../../support/pictures.ts"
import { runProcess, startProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"

const root = join(import.meta.dir, "../../..")

test("the binary holds a conversation over every transport, and stops", async () => {
  using folder = temporaryFolder()
  const built = await runProcess(["run", "build"], {}, { command: [process.execPath], cwd: root })
  expect(built.status, built.stderr).toBe(0)
  // A bunfig.toml of the folder it is started in must not run code.
  await Bun.write(join(folder.path, "bunfig.toml"), 'preload = ["./evil.ts"]\n')
  await Bun.write(join(folder.path, "evil.ts"), 'throw new Error("preloaded")\n')

  const command = [join(root, "dist/warren")]
  await using server = await startProcess({ RATE_LIMITS: "off" }, { command, cwd: folder.path })
  expect(server.summary).toMatchObject({ dataFile: join(realpathSync(folder.path), "data/warren.db"), rooms: 1 })
  for (const transports of everyTransport) {
    const room = await createRoom(server.url)
    await using ann = await joined(server.url, room, "ann", transports)
    await using bob = await joined(server.url, room, "bob", transports)
    await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "from a binary" })
    expect(await bob.messages(1)).toMatchObject([{ content: "from a binary", seq: 1 }])
  }
  // The thread of the index is an entry of its own, which the binary must hold.
  const room = await createRoom(server.url)
  await using cleo = await joined(server.url, room, "cleo")
  await cleo.ask("send_message", { roomId: room.id, userId: "cleo", content: "a needle" })
  await until("it is found", async () => {
    const answer = await cleo.ask("search_messages", { query: "needle" })
    return answer.ok && answer.hits.length === 1
  })
  // A thumbnail is drawn by the binary itself, run as Bun.
  expect((await uploaded(server.url, pngOf(900, 600))).thumbnailUrl).toBeDefined()
  // Nothing of them is read from a file, so the binary has the same.
  await using source = await startTestApp()
  for (const path of documentPaths) {
    expect(await documentOf(server.url, path)).toBe(await documentOf(source.url, path))
  }
  // The thread that copies is started from the function's text, which the binary must still hold.
  const backup = await runProcess(["backup", "backup.db"], {}, { command, cwd: folder.path })
  expect(backup).toMatchObject({
    stdout: expect.stringContaining("Copied 4 messages of 5 rooms"),
    stderr: "",
    status: 0,
  })
  expect(await server.stop()).toBe(0)
}, 120_000)

/** Without the server's own address, which some of them name. */
async function documentOf(url: string, path: string): Promise<string> {
  const response = await fetch(url + path)
  expect(response.status, path).toBe(200)
  return (await response.text()).replaceAll(new URL(url).host, "HOST")
}
