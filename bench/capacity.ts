/**
 * `bun bench/capacity.ts [--people 10000,100000] [--room 20] [--perHour 30] …`: what a number of people needs, computed
 * from what one of each thing costs. The costs are flags too: measure yours (`bun run bench`), and give your own.
 *
 * Everything here is proportional to people, messages or deliveries, but for what grows with the number of servers: the
 * hints of the bus and the looks for new numbers. docs/scale.md says what the table means.
 */
import { parseArgs } from "node:util"
import { reasonOf } from "../src/observe/operator-error.ts"

/** Each flag, what it says, and its default. Times are microseconds of one core. */
const flags = {
  people: ["connected at once; several, with commas between", "10000,100000,1000000"],
  room: ["people here in a room", "20"],
  rooms: ["rooms a person is in at once", "3"],
  perHour: ["messages of one person in a busy hour", "30"],
  bytes: ["of a message on the wire", "450"],
  rowBytes: ["of a message in the database, indexes included", "210"],
  hoursPerYear: ["busy hours that a year's messages would fill, for the disk", "500"],
  reconnectSeconds: ["within which all are back after a restart", "60"],
  /** bench/results.json, rooms of 20 on one server, less its deliveries. */
  sendMicros: ["a server: a message of its own clients, with PostgreSQL", "120"],
  deliverMicros: ["a server: handing a message to one client", "6.5"],
  /** Three servers beside one on PostgreSQL (bench/README.md), scaled to the speed of these others; what it adds to a send is in it. */
  hearMicros: ["a server: a message that another server took, before it is delivered", "100"],
  connectMicros: ["a server: connect and join", "590"],
  databaseMicros: ["PostgreSQL: a message, in batches", "60"],
  pollMicros: ["PostgreSQL: one server's look for new numbers, a room", "0.5"],
  publishMicros: ["Redis: a message", "8"],
  subscriberMicros: ["Redis: a message, for each server that hears it", "3"],
  kilobytes: ["of a server's memory for a connection", "15"],
  cores: ["of one server that Warren may use: it runs on one, and sockets' work of the kernel on another", "1"],
  load: ["of a core that one plans with", "0.5"],
  pollSeconds: ["between two looks for new numbers", "2"],
} as const

type Flag = keyof typeof flags
type Numbers = Readonly<Record<Exclude<Flag, "people">, number>>

interface Need {
  readonly people: number
  readonly messagesPerSecond: number
  readonly deliveriesPerSecond: number
  readonly servers: number
  /** Cores that are busy, over all servers. */
  readonly serverCores: number
  readonly databaseCores: number
  readonly redisCores: number
  readonly memoryGb: number
  readonly networkMbit: number
  readonly diskGbPerYear: number
  /** Of the servers there are, while all come back within the time given. */
  readonly reconnectLoad: number
}

export function needOf(people: number, given: Numbers): Need {
  const messages = (people * given.perHour) / 3_600
  const deliveries = messages * given.room
  let need = withServers(1)
  // More servers cost a little more work in all: a few rounds settle it.
  for (let servers = 1; servers < need.servers; ) {
    servers = need.servers
    need = withServers(servers)
  }
  return need

  function withServers(servers: number): Need {
    // Of a room's people the balancer puts each anywhere, so that its messages are heard by as many servers as hold one of them.
    const hearers = servers * (1 - (1 - 1 / servers) ** given.room)
    const serverCores =
      (messages * given.sendMicros + messages * (hearers - 1) * given.hearMicros + deliveries * given.deliverMicros) /
      1e6
    const rooms = (people * given.rooms) / given.room
    const looked = servers === 1 ? 0 : (rooms * hearers * given.pollMicros) / given.pollSeconds
    const returnCores = (people * given.connectMicros) / 1e6 / given.reconnectSeconds
    const fits = Math.ceil(Math.max(serverCores, returnCores) / (given.cores * given.load))
    return {
      people,
      messagesPerSecond: messages,
      deliveriesPerSecond: deliveries,
      servers: Math.max(1, fits),
      serverCores,
      databaseCores: (messages * given.databaseMicros + looked) / 1e6,
      redisCores: servers === 1 ? 0 : (messages * (given.publishMicros + hearers * given.subscriberMicros)) / 1e6,
      memoryGb: (people * given.kilobytes) / 1e6,
      networkMbit: (deliveries * given.bytes * 8) / 1e6,
      diskGbPerYear: (messages * 3_600 * given.hoursPerYear * given.rowBytes) / 1e9,
      reconnectLoad: returnCores / (servers * given.cores),
    }
  }
}

/** The defaults, as numbers. */
export const defaults = numbersOf({})

function numbersOf(given: Readonly<Partial<Record<Flag, string>>>): Numbers {
  const entries = Object.entries(flags)
    .filter(([flag]) => flag !== "people")
    .map(([flag, [, fallback]]) => [flag, positive(flag, given[flag as Flag] ?? fallback)])
  return Object.fromEntries(entries)
}

function positive(flag: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) stop(`--${flag} takes a number above 0, not "${text}".`)
  return value
}

function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(64)
}

function print(needs: readonly Need[]): void {
  const row = (name: string, value: (need: Need) => string) =>
    `| ${[name.padEnd(38), ...needs.map((need) => value(need).padStart(12))].join(" | ")} |`
  const short = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 2 })
  console.log(row("people connected", ({ people }) => people.toLocaleString("en")))
  console.log(`|${["-".repeat(40), ...needs.map(() => `${"-".repeat(13)}:`)].join("|")}|`)
  console.log(row("messages a second", (need) => short(need.messagesPerSecond)))
  console.log(row("deliveries a second", (need) => short(need.deliveriesPerSecond)))
  console.log(row("servers", (need) => `${need.servers}`))
  console.log(row("their cores that are busy, in all", (need) => short(need.serverCores)))
  console.log(row("PostgreSQL's cores that are busy", (need) => short(need.databaseCores)))
  console.log(row("Redis's core, busy", (need) => short(need.redisCores)))
  console.log(row("memory for connections, in all, GB", (need) => short(need.memoryGb)))
  console.log(row("sent, Mbit/s", (need) => short(need.networkMbit)))
  console.log(row("messages on disk, GB a year", (need) => short(need.diskGbPerYear)))
  console.log(row("load of a server while all come back", (need) => short(need.reconnectLoad)))
}

function help(): string {
  const lines = Object.entries(flags).map(([flag, [text, fallback]]) => `  --${flag.padEnd(17)} ${text} [${fallback}]`)
  return `bun bench/capacity.ts [flags]: what a number of people needs.\n\n${lines.join("\n")}\n`
}

if (import.meta.main) {
  const options = Object.fromEntries(Object.keys(flags).map((flag) => [flag, { type: "string" as const }]))
  let given: Partial<Record<Flag | "help", string | boolean>> = {}
  try {
    given = parseArgs({ options: { ...options, help: { type: "boolean" } } }).values
  } catch (error) {
    stop(`${reasonOf(error)} --help lists the flags.`)
  }
  if (given.help) process.stdout.write(help())
  else {
    const { people = flags.people[1], ...others } = given as Partial<Record<Flag, string>>
    const numbers = numbersOf(others)
    print(people.split(",").map((text) => needOf(positive("people", text), numbers)))
  }
}
