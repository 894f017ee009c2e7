import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder of its own, gone at the end of the block: `using folder = temporaryFolder()`. */
export function temporaryFolder(parent = tmpdir()) {
  const path = mkdtempSync(join(parent, "warren-test-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** The same in memory where the system has such a place: for files that are read once. */
export function fleetingFolder() {
  return temporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir())
}
