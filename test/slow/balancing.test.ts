/** The sample of deploy/cluster: what it names exists, and real Caddy keeps a polling client at one of three servers. */
import { expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { settings } from "../../src/config.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { startProcess } from "../support/process.ts"
import { missing, testUnless } from "../support/programs.ts"
import { until } from "../support/until.ts"

const folderOf = join(import.meta.dir, "../../deploy/cluster")

interface Compose {
  readonly services: Record<string, { readonly environment?: Record<string, string>; readonly depends_on?: object }>
}

test("the compose file names services that are there, and settings that Warren has", () => {
  const { services } = Bun.YAML.parse(readFileSync(join(folderOf, "compose.yaml"), "utf8")) as Compose
  const names = Object.keys(services)
  expect(names).toEqual(["warren-1", "warren-2", "warren-3", "caddy", "postgres", "redis"])
  for (const service of Object.values(services)) {
    const needed = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {})
    for (const name of needed) expect(names).toContain(name)
  }
  const given = Object.keys(services["warren-1"]?.environment ?? {})
  expect(given).toContain("DATABASE_URL")
  const known: string[] = Object.values(settings).map(({ variable }) => variable)
  // The bucket is reached by the names that all its tools know.
  for (const variable of given.filter((name) => !/^(AWS|S3)_/.test(name))) expect(known).toContain(variable)
  const caddy = readFileSync(join(folderOf, "Caddyfile"), "utf8")
  for (const name of names.filter((name) => name.startsWith("warren"))) expect(caddy).toContain(`${name}:3000`)
})

testUnless(missing("caddy"))(
  "[CONN1] behind Caddy a client that polls stays at one of three servers, and goes on at another",
  async () => {
    using folder = temporaryFolder()
    const servers = await Promise.all(
      ["1", "2", "3"].map((name) => startProcess({ DATA_DIR: join(folder.path, name) })),
    )
    const port = await freePort()
    let text = readFileSync(join(folderOf, "Caddyfile"), "utf8").replace("\n{\n", "\n{\n\tadmin off\n")
    text = text.replace("\n:80 {", `\nhttp://127.0.0.1:${port} {`)
    for (const [index, { url }] of servers.entries()) {
      text = text.replace(`warren-${index + 1}:3000`, new URL(url).host)
    }
    writeFileSync(join(folder.path, "Caddyfile"), text)
    const command = ["caddy", "run", "--adapter", "caddyfile", "--config", join(folder.path, "Caddyfile")]
    const env = { PATH: process.env["PATH"], HOME: folder.path }
    const caddy = Bun.spawn(command, { env, stdio: ["ignore", "ignore", "ignore"] })
    try {
      const url = `http://127.0.0.1:${port}`
      await until("Caddy passes requests on", async () => (await fetch(url).catch(() => undefined))?.ok ?? false)
      // They share nothing here, so a conversation is one only where each packet meets the same server.
      const options = { reconnection: false }
      const room = await createRoom(url, options)
      await using ann = await joined(url, room, "ann", ["polling"], options)
      await using bob = await joined(url, room, "bob", ["polling"], options)
      await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "Hello" })
      expect(await bob.messages(1)).toMatchObject([{ content: "Hello" }])

      const before = await Promise.all(servers.map(({ url }) => roomsAt(url)))
      const serving = before.findIndex((names) => names.includes(room.id))
      await servers[serving]?.stop()
      await until("another answers", async () => (await fetch(`${url}/readyz`)).ok)
      const next = await createRoom(url, options)
      expect(next.id).not.toBe(room.id)
    } finally {
      caddy.kill("SIGKILL")
      await caddy.exited
      for (const server of servers) await server[Symbol.asyncDispose]()
    }
  },
  120_000,
)

async function roomsAt(url: string): Promise<string[]> {
  await using client = await connect(url)
  const answer = await client.ask("list_rooms", {})
  return answer.ok ? answer.rooms.map(({ id }) => id) : []
}
