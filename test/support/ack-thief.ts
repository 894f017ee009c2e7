/**
 * A TCP relay in front of the server that steals acknowledgements: when it is told to, it
 * cuts the connection in the moment in which the next one would pass. The request has
 * taken effect by then, and its sender cannot know.
 */
import type { Socket, TCPSocketListener } from "bun"

/** How an acknowledged message begins on the wire: in a text frame, so it can be read. */
const acknowledged = '[{"ok":true,"message":{'

interface Link {
  /** The other side; what came before it was open waits here. */
  peer: Socket<Link> | undefined
  readonly early: Buffer[]
}

export class AckThief implements Disposable {
  readonly url: string
  readonly #listener: TCPSocketListener<Link>
  readonly #server: URL
  #isArmed = false
  stolen = 0

  constructor(serverUrl: string) {
    this.#server = new URL(serverUrl)
    this.#listener = Bun.listen<Link>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (client) => this.#connect(client),
        data: (client, data) => forward(client, data),
        close: (client) => void client.data.peer?.terminate(),
      },
    })
    this.url = `http://127.0.0.1:${this.#listener.port}`
  }

  /** The next acknowledgement is lost, and the connection with it. */
  arm(): void {
    this.#isArmed = true
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true)
  }

  #connect(client: Socket<Link>): void {
    client.data = { peer: undefined, early: [] }
    void Bun.connect<Link>({
      hostname: this.#server.hostname,
      port: Number(this.#server.port),
      socket: {
        open: (server) => {
          server.data = { peer: client, early: [] }
          client.data.peer = server
          for (const data of client.data.early.splice(0)) server.write(data)
        },
        data: (_, data) => this.#fromServer(client, data),
        close: () => client.terminate(),
      },
    })
  }

  #fromServer(client: Socket<Link>, data: Buffer): void {
    if (!this.#isArmed || !data.includes(acknowledged)) {
      client.write(data)
      return
    }
    this.#isArmed = false
    this.stolen++
    client.terminate()
    client.data.peer?.terminate()
  }
}

function forward(client: Socket<Link>, data: Buffer): void {
  if (client.data.peer === undefined) client.data.early.push(Buffer.from(data))
  else client.data.peer.write(data)
}
