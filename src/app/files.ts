/** Files that people send: where their bytes are, and what removes unused ones. */
import { join } from "node:path"
import type { ChatStore } from "../chat/store.ts"
import type { Config } from "../config.ts"
import { limits } from "../contract/limits.ts"
import type { Blobs } from "../files/blobs.ts"
import { Files } from "../files/files.ts"
import { Pace } from "../files/pace.ts"
import { ResumableUploads } from "../files/resumable.ts"
import { Sweep } from "../files/sweep.ts"
import { Thumbnails } from "../files/thumbnails.ts"
import { Vault } from "../files/vault.ts"
import type { Tools } from "./parts.ts"

const severalNeedBucket =
  "This server is one of several, so it takes files only with FILES_URL, a place that all reach."

export interface Filing {
  readonly files: Files
  readonly uploads: ResumableUploads
  readonly sweep: Sweep
}

interface Kept {
  /** None where files are in the data folder. */
  readonly blobs: Blobs | undefined
  /** The clock by which unused files are removed. */
  readonly now: () => number
}

export function filing(config: Config, tools: Tools, store: ChatStore, { blobs, now }: Kept): Filing {
  const { clock, sharedClock, incidents } = tools
  const { epochMs, elapsedMs } = clock
  const vault = new Vault(join(config.dataDir, "files"), blobs)
  const files = new Files({
    store,
    vault,
    thumbnails: new Thumbnails(),
    bytesMax: config.fileBytesMax,
    pace: new Pace(limits.uploadPace, elapsedMs),
    closed: blobs === undefined && config.redisUrl !== undefined ? severalNeedBucket : undefined,
    freeShare: () => tools.freeShare(config.dataDir),
    epochMs,
  })
  const onFull = () => incidents.count("resumablePerOwnerMax")
  const machine = sharedClock?.own ?? clock
  const uploads = new ResumableUploads({ files, vault, elapsedMs, epochMs: machine.epochMs, onFull })
  const onFailure = (cause: unknown) =>
    incidents.report("files", "Files that nobody holds could not be removed: {cause}", { cause })
  return { files, uploads, sweep: new Sweep({ files, uploads, vault, epochMs: now, onFailure }) }
}
