/** What stands between a browser and the server: a line that can be cut, and that may swallow websocket handshakes. */
import type { Socket } from "bun"

type End = Socket<{ other?: End; readonly early: Uint8Array[]; isFirst: boolean; isSwallowed?: boolean }>

export interface Line extends Disposable {
  readonly url: string
  /** Everything that is open breaks, and nothing new gets through until it is mended. */
  cut(): void
  mend(): void
  /** Handshakes of a websocket that nobody answered. */
  readonly swallowed: number
}

export function lineTo(serverUrl: string, { swallowsWebsockets = false } = {}): Line {
  const target = new URL(serverUrl)
  const open = new Set<End>()
  let isCut = false
  let swallowed = 0
  const listener = Bun.listen<End["data"]>({
    hostname: "127.0.0.1",
    port: 0,
    data: { early: [], isFirst: true },
    socket: {
      open(near) {
        near.data = { early: [], isFirst: true }
        if (isCut) return near.terminate()
        open.add(near)
        void connectTo(target, near, open)
      },
      data(near, bytes) {
        const { data } = near
        if (swallowsWebsockets && data.isFirst && /\r\nupgrade: *websocket/i.test(new TextDecoder().decode(bytes))) {
          swallowed++
          data.isFirst = false
          data.isSwallowed = true
          return
        }
        data.isFirst = false
        if (data.other === undefined) data.early.push(Uint8Array.from(bytes))
        else data.other.write(bytes)
      },
      close(near) {
        open.delete(near)
        near.data.other?.end()
      },
    },
  })
  return {
    url: `http://127.0.0.1:${listener.port}`,
    cut() {
      isCut = true
      for (const end of open) end.terminate()
    },
    mend() {
      isCut = false
    },
    get swallowed() {
      return swallowed
    },
    [Symbol.dispose]: () => listener.stop(true),
  }
}

async function connectTo({ hostname, port }: URL, near: End, open: Set<End>): Promise<void> {
  const far = await Bun.connect<End["data"]>({
    hostname,
    port: Number(port),
    data: { other: near, early: [], isFirst: false },
    socket: {
      data: (_, bytes) => void near.write(bytes),
      close: (end) => {
        open.delete(end)
        // The server ends what says nothing: nobody is to hear of that where a handshake was swallowed.
        if (!near.data.isSwallowed) near.end()
      },
    },
  }).catch(() => undefined)
  if (far === undefined) return near.terminate()
  open.add(far)
  for (const bytes of near.data.early.splice(0)) far.write(bytes)
  near.data.other = far
}
