/** A server chooses how its allocator deals with free memory, whichever way it is started. */
import { expect, test } from "bun:test"
import { generateKeyPairSync } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { allocatorSettings } from "../../../src/cli/allocator.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess, sourceCommand, startProcess } from "../../support/process.ts"
import { testUnless } from "../../support/programs.ts"

const timeoutMs = 120_000
const root = join(import.meta.dir, "../../..")
const testLinux = testUnless(process.platform === "linux" ? undefined : "it reads /proc")
const chosen = Object.entries(allocatorSettings).map(([name, value]) => `${name}=${value}`)

testLinux(
  "a server runs with them, by the id it was started with",
  async () => {
    for (const args of [[], ["serve"], ["--search", "on"]]) {
      using folder = temporaryFolder()
      await using started = Bun.spawn([...sourceCommand, ...args], {
        cwd: root,
        env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder.path },
        stdout: "pipe",
        stderr: "inherit",
      })
      const { value } = await started.stdout.getReader().read()
      expect(JSON.parse(new TextDecoder().decode(value))).toMatchObject({ event: "listening", pid: started.pid })
      expect(environmentOf(started.pid)).toEqual(chosen)
      started.kill("SIGTERM")
      expect(await started.exited).toBe(0)
    }
  },
  timeoutMs,
)

testLinux(
  "who names one of them in the environment decides",
  async () => {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path, MIMALLOC_PURGE_DELAY: "50" })
    expect(environmentOf(server.pid)).toEqual(["MIMALLOC_PURGE_DELAY=50"])
  },
  timeoutMs,
)

testLinux(
  "what its starter handed over stays with it, such as keys that another program writes",
  async () => {
    using folder = temporaryFolder()
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const keys = join(folder.path, "keys.json")
    await Bun.write(keys, JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256" }] }))
    const token = { AUTH: "token", AUTH_ISSUER: "https://id.example", AUTH_AUDIENCE: "warren" }
    const command = ["sh", "-c", 'exec "$@" 7<"$KEYS"', "sh", ...sourceCommand]
    await using server = await startProcess(
      { DATA_DIR: join(folder.path, "data"), KEYS: keys, ...token, AUTH_JWKS: "/dev/fd/7" },
      { command },
    )
    expect(server.summary["auth"]).toBe("token")
    expect(environmentOf(server.pid)).toEqual([])
  },
  timeoutMs,
)

test("what is typed comes through, and so does the exit status", async () => {
  const { status, stderr } = await runProcess(["serve", "--port", "no number"])
  expect({ status, stderr }).toMatchObject({ status: 78, stderr: expect.stringContaining("--port no number") })
})

test("the scripts, the unit and the image name them, so that no server has to start twice", async () => {
  const { scripts } = (await Bun.file(join(root, "package.json")).json()) as { scripts: Record<string, string> }
  for (const script of ["start", "demo"]) expect(scripts[script]).toStartWith(`${chosen.join(" ")} exec bun `)
  expect(readFileSync(join(root, "deploy/warren.service"), "utf8")).toContain(`\nEnvironment=${chosen.join(" ")}\n`)
  expect(readFileSync(join(root, "deploy/Containerfile"), "utf8")).toContain(`\nENV ${chosen.join(" ")}\n`)
})

function environmentOf(pid: number): string[] {
  const all = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0")
  return all.filter((line) => line.startsWith("MIMALLOC_"))
}
