/**
 * `--against COMMIT`: Warren as it is beside Warren as it was, on the same machine in the same minutes. The earlier one
 * is checked out into a folder of its own, with its own dependencies.
 *
 * What is measured of both in turn is compared round by round; what is measured of Warren alone is measured of each.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Contender, earlierAt, root } from "./contenders.ts"
import { before, judgeMost, type Row, worseMax } from "./results.ts"

interface Earlier {
  readonly contender: Contender
  readonly remove: () => void
}

/** Throws where there is no such commit, or its dependencies cannot be had. */
export function checkOut(commit: string): Earlier {
  const id = idOf(commit)
  const folder = mkdtempSync(join(tmpdir(), "warren-against-"))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    run(["git", "archive", "--output", join(folder, "tree.tar"), id], root)
    run(["tar", "-xf", "tree.tar"], folder)
    run([process.execPath, "install", "--frozen-lockfile", "--silent"], folder)
  } catch (error) {
    remove()
    throw error
  }
  return { contender: earlierAt(commit, folder), remove }
}

function idOf(commit: string): string {
  const command = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`]
  const { success, stdout } = Bun.spawnSync(command, { cwd: root })
  if (!success) throw new Error(`There is no commit "${commit}" in this checkout: fetch it, or name another.`)
  return stdout.toString().trim()
}

/** The rows of Warren alone, with what it was before beside them. A row that it did not have then stays as it is. */
export function beside(rows: readonly Row[], earlier: readonly Row[]): Row[] {
  return rows.map((row) => {
    const was = earlier.find(({ key }) => key === row.key)?.figures.warren
    const { warren: is } = row.figures
    if (was === undefined || is === undefined) return row
    const judgement = judgeMost(before, is / was, "×", undefined, worseMax)
    return { ...row, figures: { ...row.figures, earlier: was }, judgements: [judgement, ...row.judgements] }
  })
}

/** Those that became worse by more than may be. */
export function worse(rows: readonly Row[]): Row[] {
  return rows.filter(({ judgements }) => judgements.some(({ what, value }) => what === before && value > worseMax))
}

function run(command: readonly string[], cwd: string): string {
  const { success, stdout, stderr } = Bun.spawnSync([...command], { cwd })
  if (success) return stdout.toString().trim()
  throw new Error(`${command.slice(0, 2).join(" ")} failed: ${stderr.toString().trim()}`)
}
