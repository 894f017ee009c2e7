/**
 * One user who asks for pages, as a program: `bun page-attacker.ts URL TOKEN ROOM SOCKETS SECONDS`. Each of its sockets
 * joins, pages, searches and lists as fast as the answers come, reads all of it without looking at it, and comes back
 * when it is cut. It prints a line when all are connected, and at the end how many answers of each kind it got.
 */
const [url = "", token = "", roomId = "", sockets = "60", seconds = "10"] = process.argv.slice(2)
const endMs = performance.now() + Number(seconds) * 1_000
const answered: Record<string, number> = {}
let connected = 0

const asks: readonly (readonly [event: string, payload: object])[] = [
  ["join_room", { roomId, username: "Greedy" }],
  ["get_history", { roomId, limit: 200 }],
  ["sync", { roomId, since: 0 }],
  ["list_rooms", { query: "\ufdfa", limit: 200 }],
  ["get_members", { roomId }],
]

async function greed(): Promise<void> {
  while (performance.now() < endMs) {
    await new Promise<void>((resolve) => askUntilCut(resolve))
    await Bun.sleep(100)
  }
}

function askUntilCut(done: () => void): void {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`)
  const end = () => socket.close()
  const ending = setTimeout(end, endMs - performance.now())
  let next = 0
  const ask = () => {
    const [event, payload] = asks[next % asks.length] ?? []
    socket.send(`42${next++}${JSON.stringify([event, payload])}`)
  }
  socket.onmessage = ({ data }) => {
    const packet = String(data)
    if (packet.startsWith("0")) socket.send(`40${JSON.stringify({ token })}`)
    else if (packet === "2") socket.send("3")
    // As many at once as there are kinds: the server decides how many are under way.
    else if (packet.startsWith("40")) {
      if (++connected === Number(sockets)) console.log("connected")
      for (const _ of asks) ask()
    } else if (packet.startsWith("43")) {
      const [, id = "", isRefused] = /^43(\d+)\[\{"ok":(?:true|(false))/.exec(packet.slice(0, 40)) ?? []
      const label = isRefused ? (/ERR_\w+/.exec(packet)?.[0] ?? "error") : (asks[Number(id) % asks.length]?.[0] ?? "")
      answered[label] = (answered[label] ?? 0) + 1
      // A refusal is not to become a loop that lets nothing else run.
      if (isRefused) setTimeout(ask, 200)
      else ask()
    }
  }
  socket.onclose = () => {
    clearTimeout(ending)
    done()
  }
}

await Promise.all(Array.from({ length: Number(sockets) }, greed))
console.log(JSON.stringify(answered))
process.exit()

export {}
