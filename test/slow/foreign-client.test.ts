/** The first API's conversation, held by a client that is not JavaScript: its handlers take exactly what is promised. */
import { expect } from "bun:test"
import { join } from "node:path"
import { startTestApp } from "../support/app.ts"
import { testUnless } from "../support/programs.ts"

/** Debian's own: another one on the path knows nothing of Debian's packages. */
const python = "/usr/bin/python3"
const program = join(import.meta.dir, "../support/seed_conversation.py")

for (const transport of ["polling", "websocket"]) {
  testUnless(socketioMissing())(
    `[CONN1] [HIST1] a Python client with one-parameter handlers holds the conversation by ${transport}`,
    async () => {
      await using app = await startTestApp()
      const client = Bun.spawn([python, program, app.url, transport], { stdout: "pipe", stderr: "pipe" })
      const [stdout, stderr] = await Promise.all([client.stdout.text(), client.stderr.text()])

      expect(stderr).toBe("")
      expect(await client.exited).toBe(0)
      const heard = stdout
        .trim()
        .split("\n")
        .map((line): Heard => JSON.parse(line))
      expect(eventsOf(heard, "ann")).toEqual(
        inAnyOrder(["room_created", "history", "message_received", "user_joined", "message_received"]),
      )
      expect(eventsOf(heard, "bob")).toEqual(
        inAnyOrder(["history", "user_typing", "user_typing", "message_received", "error", "user_left"]),
      )
      // Ann's message ends her typing.
      const typing = heard.flatMap(([, event, payload]) => (event === "user_typing" ? [payload] : []))
      for (const isTyping of [true, false]) expect(typing).toContainEqual(expect.objectContaining({ isTyping }))
      expect(heard.find(([name, event]) => name === "bob" && event === "history")?.[2]).toMatchObject([
        { content: "Hello world!", userId: "ann", user: { username: "Ann", avatar: null } },
      ])
      expect(heard.find(([, event]) => event === "error")?.[2]).toMatchObject({ code: "ERR_NOT_IN_ROOM" })
    },
    120_000,
  )
}

type Heard = readonly [name: string, event: string, payload: unknown]

function eventsOf(heard: readonly Heard[], person: string): string[] {
  return inAnyOrder(heard.filter(([name]) => name === person).map(([, event]) => event))
}

/** That client has a thread for each event. */
function inAnyOrder(events: readonly string[]): string[] {
  return events.toSorted()
}

function socketioMissing(): string | undefined {
  const { success } = Bun.spawnSync([python, "-c", "import socketio, requests, websocket"], { stderr: "ignore" })
  const packages = "python3-socketio python3-requests python3-websocket"
  return success ? undefined : `python-socketio is not installed (try: apt-get install ${packages})`
}
