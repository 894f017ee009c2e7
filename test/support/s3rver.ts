/**
 * An S3 server that is not ours, from the registry, in a process of its own. It checks signatures,
 * and keeps each object as a file, so that what is there can be looked at and made older.
 */
import { readdirSync, readFileSync, utimesSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dir, "../..")
const bucket = "warren"
const ending = "._S3rver_object"

const program = `
const crypto = require("node:crypto")
// Its tokens of pages are encrypted by a name of DES that Bun does not know.
for (const make of ["createCipheriv", "createDecipheriv"]) {
  const own = crypto[make]
  crypto[make] = (name, ...rest) => own(name === "des" ? "des-cbc" : name, ...rest)
}
const S3rver = require("@20minutes/s3rver")
const [directory] = process.argv.slice(-1)
const configureBuckets = [{ name: "${bucket}" }]
const server = new S3rver({ directory, address: "127.0.0.1", port: 0, silent: true, vhostBuckets: false, configureBuckets })
// Where a list is asked for it forgets the slash at the end of the path, which is signed, so that no signature is right.
server.middleware.unshift((ctx, next) => {
  if (/^[/][^/]+[/]$/.test(ctx.path)) ctx.app = Object.create(ctx.app, { allowMismatchedSignatures: { value: true } })
  return next()
})
server.run().then(({ port }) => console.log(port))`

export class S3rver implements AsyncDisposable {
  /** For the environment of a server. */
  readonly environment: Readonly<Record<string, string>>
  readonly #folder: string
  readonly #process: Bun.Subprocess

  private constructor(directory: string, process: Bun.Subprocess, port: string) {
    this.#folder = join(directory, bucket)
    this.#process = process
    const keys = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_REGION: "us-east-1" }
    this.environment = { S3_ENDPOINT: `http://127.0.0.1:${port}`, ...keys }
  }

  /** With an empty bucket that is called "warren", in that folder. */
  static async start(directory: string): Promise<S3rver> {
    const child = Bun.spawn([process.execPath, "-e", program, directory], { cwd: root, stdout: "pipe" })
    for await (const line of child.stdout.pipeThrough(new TextDecoderStream())) {
      return new S3rver(directory, child, line.trim())
    }
    throw new Error("The S3 server ended before it listened.")
  }

  keys(): string[] {
    const paths = readdirSync(this.#folder, { recursive: true, encoding: "utf8" })
    return paths.flatMap((path) => (path.endsWith(ending) ? path.slice(0, -ending.length) : [])).sort()
  }

  bytesOf(key: string): Buffer {
    return readFileSync(this.#pathOf(key))
  }

  /** As if it had been put then. */
  date(key: string, ms: number): void {
    utimesSync(this.#pathOf(key), ms / 1_000, ms / 1_000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL")
    await this.#process.exited
  }

  #pathOf(key: string): string {
    return join(this.#folder, key + ending)
  }
}
