/** What the uploads of one owner may take: places while they come, and bytes also where no length was told. */
import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import { FileRequests, type FileRequestsOptions } from "../../src/server/http/files.ts"
import { Limiter } from "../../src/server/limits/limiter.ts"
import { startTestApp } from "../support/app.ts"
import { noise, upload } from "../support/files.ts"
import { until } from "../support/until.ts"

test("[LIM1] uploads that come slowly take all places of their owner, and give them back when they end", async () => {
  await using app = await startTestApp()
  const aborting = new AbortController()
  const { signal } = aborting
  const slow = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(noise(10)),
      pull: () => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
    })
  const coming = Array.from({ length: limits.uploadsPerOwnerMax }, () =>
    fetch(`${app.url}/files`, { method: "POST", body: slow(), signal }).catch(() => undefined),
  )
  const status = async () => (await upload(app.url, "one more")).status
  await until("all places are taken", async () => (await status()) === 429)
  aborting.abort()
  await Promise.all(coming)
  await until("they are given back", async () => (await status()) === 201)
})

test("[LIM1] bytes count without a length too, also of an upload that is refused", async () => {
  for (const isRefused of [false, true]) {
    const limiter = new Limiter(new Incidents(new Counters(), () => 0))
    const files = {
      checkOpen: () => {},
      checkLength: () => {},
      receive: async (pieces: AsyncIterable<Uint8Array>) => {
        for await (const _ of pieces);
        if (isRefused) throw new Error("No.")
        return { url: "/files/a" }
      },
    }
    const options = { files, limiter, clock: { elapsedMs: () => 0 }, isStopping: () => false }
    const gate = { refusalByOrigin: () => undefined, addressOf: () => "198.51.100.7" }
    const incidents = new Incidents(new Counters(), () => 0)
    const requests = new FileRequests({ ...options, gate, incidents } as unknown as FileRequestsOptions)
    const post = async (body: ReadableStream) => {
      const request = new Request("http://localhost/files", { method: "POST", body })
      return (await requests.handle(request, {} as never, "/files")).status
    }
    const stream = () => new Response(noise(4_096)).body as ReadableStream
    limiter.chargeUpload("198.51.100.7", limits.uploadKiBRate.atOnce * 1_024 - 2_048, 0)
    expect(await post(stream())).toBe(isRefused ? 500 : 201)
    const header = { "Content-Length": "1024" }
    const told = new Request("http://localhost/files", { method: "POST", headers: header, body: noise(1_024) })
    expect((await requests.handle(told, {} as never, "/files")).status).toBe(429)
  }
})
