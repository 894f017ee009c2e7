/** What `bun run bench --cluster` is made of: people who are spread over several servers, and engines that are counted apart. */
import { expect, test } from "bun:test"
import { type Contender, warrens } from "../../../bench/contenders.ts"
import { deploy } from "../../../bench/deploy.ts"
import { usageOf, withChildren } from "../../../bench/usage.ts"
import { Crowd } from "../../../src/load/crowd.ts"
import { drive, type Pace } from "../../../src/load/drive.ts"
import { postgresMissing } from "../../support/postgres.ts"
import { testUnless } from "../../support/programs.ts"
import { redisMissing } from "../../support/redis.ts"

const METRICS_TOKEN = "metrics-token-of-32-bytes-or-more"
const pace: Pace = { kind: "in flight", senders: 4, each: 4 }

testUnless(postgresMissing() ?? redisMissing())(
  "a crowd is spread over the servers, and PostgreSQL's and Redis's CPU is no part of theirs",
  async () => {
    const deployed = await deploy(several())
    try {
      const crowd = await Crowd.gather({ urls: deployed.urls, rooms: 2, clients: 18 })
      expect(await Promise.all(deployed.urls.map(connectionsOf))).toEqual([6, 6, 6])
      const before = deployed.usage()
      let used = before
      // CPU is told in steps of 10 ms: until each has used some.
      const hasUsed = () => used.cpuMs > before.cpuMs && used.postgresMs > before.postgresMs && used.compileMs > 0
      while (!hasUsed()) {
        const result = await drive(crowd, { pace, durationMs: 200, contentBytes: 100 })
        expect(result).toMatchObject({ drained: true, acked: result.sent, deliveries: result.sent * 9 })
        used = deployed.usage()
      }
      expect(used.compileMs).toBeLessThan(used.cpuMs)
      expect(await crowd.verdict()).toEqual([])
      crowd.close()
    } finally {
      await deployed.stop()
    }
  },
  60_000,
)

const work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
test.each([
  ["lives", `exec 3<&0; (${work}; echo done; read line <&3) & wait`],
  ["has ended", `(${work}); echo done; read line`],
])("what a program's own process used is in its CPU when that %s", async (_, script) => {
  const child = Bun.spawn(["sh", "-c", script], { stdin: "pipe", stdout: "pipe" })
  try {
    await child.stdout.getReader().read()
    expect(withChildren(child.pid)).toBeGreaterThan(usageOf(child.pid).cpuMs)
  } finally {
    child.kill()
  }
})

function several(): Contender {
  const three = warrens.find(({ key }) => key === "three")
  if (three === undefined) throw new Error("It is one of them.")
  return { ...three, environment: { ...three.environment, METRICS_TOKEN } }
}

async function connectionsOf(url: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
  return Number(/^warren_connections (\d+)$/m.exec(await response.text())?.[1])
}
