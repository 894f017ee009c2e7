/** A team that talks, and how long it takes to be heard. */
import { Latencies, type Percentiles } from "../../src/load/histogram.ts"
import { connect, type Room, type TestClient } from "./client.ts"
import { tokenOf } from "./tokens.ts"

/** From an address of its own, as a proxy on this machine says. */
export async function member(url: string, index: number): Promise<TestClient> {
  const token = await tokenOf({ sub: `member ${index}`, name: `Member ${index}` })
  return connect(url, ["websocket"], { auth: { token }, extraHeaders: { "X-Forwarded-For": `198.51.100.${index}` } })
}

/** Each says something four times a second; how long it takes to be heard by another. */
export async function talk(
  team: readonly TestClient[],
  room: Room,
  forSeconds: number,
): Promise<Percentiles & { sent: number }> {
  const latencies = new Latencies()
  let sent = 0
  const endMs = performance.now() + forSeconds * 1_000
  await Promise.all(
    team.map(async (client, index) => {
      const listener = team[(index + 1) % team.length] as TestClient
      while (performance.now() < endMs) {
        const id = crypto.randomUUID()
        const startMs = performance.now()
        const heard = new Promise<void>((resolve) => {
          const note = (message: { id: string }) => {
            if (message.id !== id) return
            latencies.record(performance.now() - startMs)
            listener.socket.off("message_received", note)
            resolve()
          }
          listener.socket.on("message_received", note)
        })
        const answer = await client.ask("send_message", { roomId: room.id, content: "x".repeat(200), id })
        if (!answer.ok) throw new Error(answer.error.code)
        await heard
        sent++
        await Bun.sleep(250)
      }
    }),
  )
  return { ...latencies.percentiles(), sent }
}
