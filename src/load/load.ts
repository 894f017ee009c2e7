/** A whole load, from the first connection to the verdict: what `warren load` does. */
import type { ConnectOptions } from "./client.ts"
import { Crowd } from "./crowd.ts"
import type { Anomaly } from "./delivery/observation.ts"
import { type DriveResult, drive, type Progress } from "./drive.ts"

interface LoadOptions {
  /** The server's, as `http://host:port`. */
  readonly url: string
  readonly clients: number
  readonly rooms: number
  /** Messages a second, of all rooms together. */
  readonly rate: number
  readonly seconds: number
  /** At the end, read back what the server stored, and look for anomalies. */
  readonly check: boolean
  readonly typing?: boolean
  /** One in so many messages is an edit, a reaction or a deletion instead. */
  readonly changeEvery?: number
  readonly contentBytes?: number
  readonly connect?: ConnectOptions
  readonly onStage?: (stage: Stage) => void
  readonly onProgress?: (progress: Progress) => void
  /** Ends the sending early; what was sent is still awaited and checked. Before it has begun, everything ends. */
  readonly signal?: AbortSignal
}

export type Stage = "gathering" | "talking" | "checking"

export interface LoadResult extends DriveResult {
  /** The time until everybody was connected and had joined. */
  readonly gatherMs: number
  /** Connections that the server or the network ended. */
  readonly losses: readonly string[]
  /** Only when it was checked. */
  readonly anomalies?: readonly Anomaly[]
}

const contentBytesDefault = 100

/** Rejects when the server cannot be reached, or lets nobody in. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { url, clients, rooms, rate, seconds, check, typing = false, contentBytes = contentBytesDefault } = options
  const startedMs = performance.now()
  options.onStage?.("gathering")
  const gathering = Crowd.gather({ urls: [url], clients, rooms, ...given({ connect: options.connect }) })
  const crowd = await Promise.race([gathering, interruption(options.signal)])
  try {
    const gatherMs = performance.now() - startedMs
    options.onStage?.("talking")
    const result = await drive(crowd, {
      pace: { kind: "rate", perSecond: rate, typing },
      durationMs: seconds * 1_000,
      contentBytes,
      withIds: true,
      ...given({ onProgress: options.onProgress, signal: options.signal, changeEvery: options.changeEvery }),
    })
    const losses = [...crowd.losses]
    if (!check) return { ...result, gatherMs, losses }
    options.onStage?.("checking")
    return { ...result, gatherMs, losses, anomalies: await crowd.verdict() }
  } finally {
    crowd.close()
  }
}

/** Rejects when the signal comes. */
function interruption(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason))
  })
}

/** Without undefined values: an optional property is either there or not. */
function given<T extends object>(properties: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Partial<T>
}
