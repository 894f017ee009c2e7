/**
 * The thread of the index: it follows the messages, and answers searches in between. The
 * second entry point of the compiled binary.
 */
import { join } from "node:path"
import { type MessagePort, parentPort, workerData } from "node:worker_threads"
import type { Found, Wanted } from "../chat/searcher.ts"
import { limits } from "../contract/limits.ts"
import type { MessageFeed } from "../store/feed.ts"
import { openPostgresFeed } from "../store/postgres/feed.ts"
import { openSqliteFeed } from "../store/sqlite/feed.ts"
import { freeBytesOf, makeFolder } from "../store/sqlite/folder.ts"
import { lockFolder } from "../store/sqlite/lock.ts"
import { Follower } from "./follower.ts"
import { readHits } from "./hits.ts"
import { IndexFile } from "./index-file.ts"
import { Indexing } from "./indexing.ts"
import type { FromThread, Place, ToThread } from "./protocol.ts"
import { Turns } from "./turns.ts"

const indexName = "search.db"
/** Several servers with one folder may share a database, each with an index of its own. */
const serversMax = 64

if (parentPort !== null) void serve(parentPort, workerData as Place)

async function serve(port: MessagePort, place: Place): Promise<void> {
  const say = (message: FromThread) => port.postMessage(message)
  const turns = new Turns({ elapsedMs: () => performance.now(), searchMs: limits.searchMs })
  const feed = openFeed(place)
  const { folder, release } = ownFolder(place)
  const index = new IndexFile(join(folder, indexName))
  const indexing = new Indexing({
    follower: new Follower({ feed, index }),
    say,
    elapsedMs: () => performance.now(),
    freeBytes: () => freeBytesOf(folder),
  })
  const ask = (number: number, wanted: Wanted) => {
    const fail = (cause: unknown) => say({ kind: "notFound", number, cause: String(cause) })
    const settle = (found: Found | Error) => {
      if (found instanceof Error) {
        fail(found)
        return indexing.failedToFind(found)
      }
      readHits(feed, found, wanted).then(
        ({ answer, ...rest }) => say({ kind: "found", number, answer, rest: JSON.stringify(rest) }),
        fail,
      )
    }
    turns.add((isOver) => index.reader.find(wanted, isOver), settle)
  }
  let isEnded = false
  let wake = () => {}
  port.on("message", (message: ToThread) => {
    if (message.kind === "end") isEnded = true
    else ask(message.number, JSON.parse(message.wanted))
    wake()
  })
  while (!isEnded) {
    const isSearching = turns.turn()
    const waitMs = await indexing.step(isSearching)
    if (isSearching || waitMs === 0) await Bun.sleep(0)
    else {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (turns.size > 0 || isEnded) wake()
      })
    }
  }
  index.close()
  await feed.close()
  release()
  port.close()
}

function openFeed({ folder, databaseUrl }: Place): MessageFeed {
  return databaseUrl === undefined ? openSqliteFeed(folder) : openPostgresFeed(databaseUrl)
}

/**
 * If the messages are in a folder, only its server holds that. Dropping the release function would release the folder.
 */
function ownFolder({ folder, databaseUrl }: Place): { folder: string; release: () => void } {
  if (databaseUrl === undefined) return { folder, release: () => {} }
  for (let number = 1; ; number++) {
    const own = join(folder, number === 1 ? "search" : `search-${number}`)
    makeFolder(own)
    try {
      return { folder: own, release: lockFolder(own) }
    } catch (cause) {
      if (number === serversMax) throw cause
    }
  }
}
