/** The text of `--help`, made from the settings themselves. */
import { version } from "../../package.json"
import { settings } from "../config.ts"

export function help(): string {
  const rows = Object.values(settings).map(({ flag, variable, initial, help }) => ({
    left: `--${flag} VALUE`,
    right: `${help} [${variable}, default ${initial}]`,
  }))
  return `Warren ${version}: a chat server for small teams.

Usage: warren [serve] [flags]

Flags (each may be an environment variable, or a line of .env, instead):
${columns([...rows, { left: "--help, -h", right: "Shows this." }, { left: "--version", right: "Shows the version." }])}

Clients connect with Socket.IO 4; README.md describes the API.`
}

function columns(rows: readonly { readonly left: string; readonly right: string }[]): string {
  const width = Math.max(...rows.map(({ left }) => left.length))
  return rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`).join("\n")
}
