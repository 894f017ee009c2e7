/**
 * The entry of `bun run` and of the compiled binary: runs a command, and turns its result
 * into an exit status. Nothing else ends the process. It imports nothing at the top, so a
 * runtime that is too old still gets a sentence.
 */
const bunRequired = "1.4.5"

process.exit(await main())

async function main(): Promise<number> {
  const found = process.versions.bun
  if (found === undefined || !isAtLeast(found, bunRequired)) {
    const runtime = found === undefined ? `Node.js ${process.versions.node}` : `Bun ${found}`
    const remedy = `npx --yes --allow-scripts=bun bun@${bunRequired} run start`
    process.stderr.write(`Warren needs Bun ${bunRequired} or newer and this is ${runtime}: start it with ${remedy}\n`)
    return 1
  }
  const { tuneAllocator } = await import("./cli/allocator.ts")
  tuneAllocator()
  const { runCli } = await import("./cli/cli.ts")
  return runCli(process.argv.slice(2))
}

function isAtLeast(version: string, required: string): boolean {
  return version.localeCompare(required, "en", { numeric: true }) >= 0
}

export {}
