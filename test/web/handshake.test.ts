import { expect, test } from "bun:test"
import { signal } from "@preact/signals-core"
import { Connection } from "../../src/web/core/connection.ts"
import type { ChatSocket } from "../../src/web/core/wire.ts"

/** A connection whose handshakes come to what the test says. */
function begun() {
  const listeners: Record<string, (...args: unknown[]) => void> = {}
  const socket = {
    active: true,
    connected: false,
    ended: 0,
    on: (event: string, listener: (...args: unknown[]) => void) => {
      listeners[event] = listener
    },
    disconnect: () => socket.ended++,
  }
  const connection = new Connection(socket as unknown as ChatSocket, signal(true))
  return { socket, connection, meets: (event: string, ...args: unknown[]) => listeners[event]?.(...args) }
}

/** As the polling transport brings it. */
function answer(status: number, body: string): Error {
  return Object.assign(new Error("xhr poll error"), { context: { status, responseText: body } })
}

test("[AUTH3] a page that a setting keeps out stops asking, and has what the server says to whoever runs it", () => {
  const { socket, connection, meets } = begun()
  meets("connect_error", answer(403, `{"code":4,"message":"Set PUBLIC_URL."}`))
  expect(connection.state.value).toEqual({ kind: "refused", told: "Set PUBLIC_URL." })
  expect(socket.ended).toBe(1)
})

test("[LIM1] what passes by itself is asked again, and only too many connections are called that", () => {
  for (const [status, isFull] of [
    [429, true],
    [503, false],
    [400, false],
  ] as const) {
    const { socket, connection, meets } = begun()
    meets("connect_error", answer(status, `{"code":4,"message":"In English."}`))
    expect(connection.state.value).toEqual({ kind: "down", isFull })
    expect(socket.ended).toBe(0)
  }
})

test("what the chat itself ends has no sentence of the server, but for who is to sign in", () => {
  const { socket, connection, meets } = begun()
  socket.active = false
  meets("connect_error", Object.assign(new Error("Not here."), { data: { code: "ERR_NOT_FOUND" } }))
  expect(connection.state.value).toEqual({ kind: "refused", told: undefined })
  meets("connect_error", Object.assign(new Error("No."), { data: { code: "ERR_UNAUTHORIZED" } }))
  expect(connection.state.value).toEqual({ kind: "unauthorized" })
  meets("disconnect", "io server disconnect", undefined)
  expect(connection.state.value).toEqual({ kind: "refused", told: undefined })
})
