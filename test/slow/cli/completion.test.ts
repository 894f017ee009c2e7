import { expect, test } from "bun:test"
import { join } from "node:path"
import { flagsOfCommand } from "../../../src/cli/arguments.ts"
import { commands } from "../../../src/cli/commands.ts"
import { scriptFor } from "../../../src/cli/completion.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess } from "../../support/process.ts"

test("bash completes commands, the flags of each, the server's own, and files where a command takes some", async () => {
  using folder = temporaryFolder()
  await Bun.write(join(folder.path, "backup.db"), "")
  const script = join(folder.path, "completion")
  await Bun.write(script, (await runProcess(["completion", "bash"])).stdout)
  const completed = async (...words: string[]) => {
    const complete = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warren; printf '%s\\n' "\${COMPREPLY[@]}"`
    const args = ["-c", complete, script, "warren", ...words]
    const { stdout, stderr } = await runProcess(args, {}, { command: ["bash"], cwd: folder.path })
    expect(stderr).toBe("")
    return stdout.trim().split("\n")
  }
  expect(await completed("back")).toEqual(["backup"])
  expect(await completed("--po")).toEqual(["--port"])
  expect(await completed("backup", "--k")).toEqual(["--keep"])
  expect(await completed("--port", "1", "restore", "ba")).toEqual(["backup.db"])
  expect(await completed("restore", "")).toContain("backup.db")
  expect(await completed("help", "doc")).toEqual(["doctor"])
  // The words of a command, once; and what may stand behind a flag.
  expect(await completed("user", "de")).toEqual(["deactivate", "demote"])
  expect(await completed("user", "add", "")).toEqual([""])
  expect(await completed("import", "")).toEqual(["slack", "mattermost", "campfire", "backup.db", "completion"])
  expect(await completed("import", "slack", "b")).toEqual(["backup.db"])
  expect(await completed("--auth", "")).toEqual(["open", "token", "accounts"])
  expect(await completed("doctor", "--data-dir", "back")).toEqual(["backup.db"])
  expect(await completed("serve", "--port", "b")).toEqual([""])
  expect(await completed("limits", "--data")).toEqual([""])
})

test("each shell's has every command with what it does, and every flag of it", () => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const script = scriptFor(shell, commands)
    for (const [name, command] of Object.entries(commands)) {
      expect(script).toMatch(new RegExp(`(^|[ '|])${name}([:|) ]|$)`, "m"))
      if (shell !== "bash") expect(script).toContain(command.summary)
      for (const flag of flagsOfCommand(command))
        expect(script).toContain(`${shell === "fish" ? "-l " : "--"}${flag.name}`)
    }
  }
  const odd = { odd: { ...commands["limits"]!, summary: "It's [odd]: \\ and 'quoted'." } }
  expect(scriptFor("fish", odd)).toContain("'It'\\''s [odd]: \\ and '\\''quoted'\\''.'")
})

test("zsh has the server's flags also without its command, and words beside files", () => {
  const script = scriptFor("zsh", commands)
  expect(script).toContain("if [[ $CURRENT == 2 && $words[2] != -* ]]; then\n    _describe command commands\n")
  expect(script).toMatch(/^ {4}serve\|-\*\)\n {6}_arguments \\\n {6}'--host=/m)
  const words = '_alternative "words\\: \\:(slack mattermost campfire)" "files\\:file\\:_files"'
  expect(script).toContain(`'2: : ${words}' '*:file:_files'`)
  expect(script).toContain("'2: :(bash zsh fish)' '*: :'")
})

test("another shell, or none, is a mistake", async () => {
  for (const args of [["completion"], ["completion", "tcsh"]]) {
    expect(await runProcess(args)).toEqual({
      stdout: "",
      stderr: "Name the shell: warren completion bash|zsh|fish\n",
      status: 78,
    })
  }
})

test("limits and tokens are told to programs", async () => {
  const limits = JSON.parse((await runProcess(["limits", "--json"])).stdout)
  expect(limits.contentLengthMax).toMatchObject({ value: expect.any(Number), about: expect.any(String) })
  const environment = { AUTH_SECRET: "a secret of the test that is long enough" }
  const made = JSON.parse((await runProcess(["token", "--user", "ann", "--json"], environment)).stdout)
  expect(made).toMatchObject({ link: expect.stringContaining(`/#token=${made.token}`), expiresAt: expect.any(String) })
  const checked = await runProcess(["token", "check", made.token, "--json"], environment)
  expect([checked.status, JSON.parse(checked.stdout)]).toMatchObject([0, { isValid: true, userId: "ann" }])
  const other = await runProcess(["token", "check", made.token, "--json"], {
    AUTH_SECRET: "another secret, also long enough for it",
  })
  expect([other.status, JSON.parse(other.stdout)]).toMatchObject([1, { isValid: false, claims: { sub: "ann" } }])
  expect(JSON.parse((await runProcess(["token", "check", "x", "--json"])).stdout)).toMatchObject({ isValid: false })
})
