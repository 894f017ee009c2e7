/**
 * One attacker without a token, for 30 s, while a team goes on talking.
 *
 * CI asks what is true or false; times and sizes are printed, and asked for five times over.
 */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { temporaryFolder } from "../../support/folder.ts"
import { residentMb } from "../../support/memory.ts"
import { startProcess } from "../../support/process.ts"
import { member, talk } from "../../support/team.ts"
import { authSecret } from "../../support/tokens.ts"

const seconds = Number(process.env["ATTACK_SECONDS"] ?? 30)
/** Of a measured figure, on a machine that may be busy. */
const slack = 5
const teamSize = 10

test("[ERR2] [LIM1] an attacker costs the team no message and nobody's connection, and memory comes back", async () => {
  using folder = temporaryFolder()
  await using server = await startProcess({ DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret })
  const team = await Promise.all(Array.from({ length: teamSize }, (_, i) => member(server.url, i)))
  const created = await team[0]?.ask("create_room", { name: "Team" })
  if (!created?.ok) throw new Error("no room")
  const { room } = created
  for (const client of team) await client.ask("join_room", { roomId: room.id })

  const warmUp = await talk(team, room, 2)
  const quiet = await talk(team, room, 6)
  const before = residentMb(server.pid)
  const attacker = Bun.spawn(
    [process.execPath, join(import.meta.dir, "../../support/attacker.ts"), server.url, String(seconds)],
    {
      stdout: "pipe",
    },
  )
  let peak = before
  const watching = setInterval(() => {
    peak = Math.max(peak, residentMb(server.pid))
  }, 100)
  const busy = await talk(team, room, seconds)
  clearInterval(watching)
  const attacks: Record<string, number> = JSON.parse(await attacker.stdout.text())
  console.log("the attacker:", attacks)
  await Bun.sleep(12_000)
  const after = residentMb(server.pid)
  console.log(
    `the team: p99 ${quiet.p99Ms} ms before, ${busy.p99Ms} ms under attack (p50 ${quiet.p50Ms}, ${busy.p50Ms})`,
  )
  console.log(`RSS ${before.toFixed()} MB before, ${peak.toFixed()} at most, ${after.toFixed()} afterwards`)

  expect(await attacker.exited).toBe(0)
  for (const kind of [
    "handshakes",
    "huge payloads",
    "entries without end",
    "pongs by websocket",
    "half-open upgrades",
    "pings before an upgrade",
    "pipelined requests",
    "hosts that are long to read",
    "origins that are long to read",
  ]) {
    expect(attacks[kind]).toBeGreaterThan(0)
  }
  for (const client of team) {
    expect(client.payloads("user_left")).toEqual([])
    const revs = client.payloads("message_received").map(({ rev }) => rev)
    expect(revs).toEqual(Array.from({ length: revs.length }, (_, i) => i + 1))
    expect(revs.length).toBe(warmUp.sent + quiet.sent + busy.sent)
    client.socket.disconnect()
  }
  expect(peak - before).toBeLessThan(50 * slack)
  expect(after - before).toBeLessThan(50 * slack)
  expect(busy.p99Ms).toBeLessThan(Math.max(25, quiet.p99Ms) * 2 * slack)
  expect(await server.stop()).toBe(0)
}, 90_000)
