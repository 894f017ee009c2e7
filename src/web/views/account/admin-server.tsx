/** The state of the server: its warnings first, and then its numbers. */
import { describeAge } from "../../core/age.ts"
import { momentOf } from "../../core/times.ts"
import type { Answer } from "../../core/wire.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import { sizeOf } from "../file-size.ts"
import { useAsked } from "./asking.ts"

type ServerState = Answer<"get_server">["server"]

export function ServerFacts() {
  const { connection, identity } = useClient()
  const t = laterTexts().administration
  const { userId } = identity
  const { found, problem, again } = useAsked(() => connection.request("get_server", { userId }))
  const server = found?.server
  return (
    <>
      <Problem text={problem} />
      {server !== undefined && (
        <>
          <Warnings server={server} />
          <dl class="facts">
            {factsOf(server).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {server.isOneOfSeveral && <p class="hint">{t.severalNote}</p>}
        </>
      )}
      <button type="button" class="button" onClick={again}>
        {t.again}
      </button>
    </>
  )
}

/** Warnings of a newer server are shown in its own words. */
function Warnings({ server: { warnings, backups } }: { readonly server: ServerState }) {
  const t = laterTexts().administration
  const said: Readonly<Record<string, string>> = t.warnings
  if (warnings.length === 0 && !backups?.isLate) return <p class="hint">{t.allWell}</p>
  return (
    <ul class="problem">
      {backups?.isLate && <li>{t.backupsLate}</li>}
      {warnings.map(({ code, message }) => (
        <li key={code}>{said[code] ?? <bdi lang="en">{message}</bdi>}</li>
      ))}
    </ul>
  )
}

/** Unknown values are left out. */
function factsOf(server: ServerState): [string, string][] {
  const { number } = formats()
  const { facts: t, none } = laterTexts().administration
  const { rooms, messages, freeBytes, searchBehind, backups } = server
  const latest = backups && (backups.latestAt === null ? none : describeAge(Date.parse(backups.latestAt), Date.now()))
  const facts: [string, string | undefined][] = [
    [t.version, server.version],
    [t.startedAt, momentOf(Date.parse(server.startedAt))],
    [t.connections, number(server.connections)],
    [t.online, number(server.online)],
    [t.rooms, written(rooms, number)],
    [t.messages, written(messages, number)],
    [t.freeSpace, written(freeBytes, sizeOf)],
    [t.searchBehind, written(searchBehind, number)],
    [t.latestBackup, latest],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

function written(value: number | undefined, write: (value: number) => string): string | undefined {
  return value === undefined ? undefined : write(value)
}
