/** The text of `--help`, made from the commands and the settings themselves. */
import { version } from "../../package.json"
import { type Setting, settings } from "../config.ts"

export function help(usage: readonly (readonly [synopsis: string, help: string])[]): string {
  return `Warren ${version}: a chat server for small teams.

Commands:
${columns(usage.map(([synopsis, help]) => [`warren ${synopsis}`, help]))}

Flags (each may be an environment variable, or a line of .env, instead):
${columns([...Object.values<Setting>(settings).map(row), ["--help, -h", "Shows this."], ["--version", "Shows the version."]])}

Clients connect with Socket.IO 4; README.md describes the API.`
}

function row({ flag, variable, initial, help }: Setting): readonly [string, string] {
  const where = flag === undefined ? "variable only" : variable
  const standard = initial === undefined ? "" : `, default ${initial}`
  return [flag === undefined ? variable : `--${flag} VALUE`, `${help} [${where}${standard}]`]
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")
}
