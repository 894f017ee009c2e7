/** Sends a file over HTTP. `fetch` tells nothing of how far an upload is, so it is the older way. */
import { isRecord } from "../core/kept.ts"
import type { SharedFile } from "../core/wire.ts"
import type { Arrival, Carry } from "./uploads.ts"

/** A token goes along where there is one; a cookie does by itself. */
export function carryBy(token: () => string | undefined): Carry<File> {
  return (source, progress, done) => {
    const request = new XMLHttpRequest()
    let isStopped = false
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total))
    request.addEventListener("error", () => done({ kind: "failed", reason: undefined }))
    request.addEventListener("load", () => done(arrivalIn(parsed(request.responseText))))
    void learnBytesMax().then(() => {
      if (isStopped) return
      if (source.size > (knownBytesMax() ?? Number.POSITIVE_INFINITY)) return done({ kind: "tooLarge" })
      request.open("POST", `/files?name=${encodeURIComponent(source.name)}`)
      const bearer = token()
      if (bearer !== undefined) request.setRequestHeader("Authorization", `Bearer ${bearer}`)
      request.send(source)
    })
    return () => {
      isStopped = true
      request.abort()
    }
  }
}

function arrivalIn(body: unknown): Arrival {
  if (isRecord(body) && isRecord(body["file"])) {
    return { kind: "arrived", file: body["file"] as unknown as SharedFile }
  }
  return { kind: "failed", reason: reasonIn(body) }
}

/** A proxy in between answers in its own words, which say nothing to a person. */
function reasonIn(body: unknown): string | undefined {
  const error = isRecord(body) ? body["error"] : undefined
  return isRecord(error) && typeof error["message"] === "string" ? error["message"] : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

let bytesMax: number | undefined

/** Of one file, once the server has said so. */
export const knownBytesMax = (): number | undefined => bytesMax

async function learnBytesMax(): Promise<void> {
  if (bytesMax !== undefined) return
  try {
    const server: unknown = await (await fetch("/api/server")).json()
    if (isRecord(server) && typeof server["fileBytesMax"] === "number") bytesMax = server["fileBytesMax"]
  } catch {
    // Then the server says it of the file itself.
  }
}
