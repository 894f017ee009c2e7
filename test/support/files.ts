import type { File as SharedFile } from "../../src/contract/files.ts"

export type Uploaded = { readonly ok: true; readonly file: SharedFile } & {
  readonly error: { readonly code: string; readonly message: string; readonly retryAfterMs?: number }
}

interface UploadOptions {
  readonly name?: string
  readonly headers?: Record<string, string>
  readonly tls?: { readonly rejectUnauthorized?: boolean }
}

/** The status and the body of an upload. */
export async function upload(
  url: string,
  bytes: Uint8Array | ReadableStream | string,
  { name = "file.bin", headers = {}, tls = {} }: UploadOptions = {},
): Promise<{ readonly status: number; readonly body: Uploaded }> {
  const answer = await fetch(`${url}/files?name=${encodeURIComponent(name)}`, {
    method: "POST",
    body: bytes as never,
    headers,
    tls,
  })
  return { status: answer.status, body: (await answer.json()) as Uploaded }
}

export async function uploaded(
  url: string,
  bytes: Uint8Array | ReadableStream | string,
  options: string | UploadOptions = {},
): Promise<SharedFile> {
  const { status, body } = await upload(url, bytes, typeof options === "string" ? { name: options } : options)
  if (status !== 201) throw new Error(body.error.message)
  return body.file
}

/** One pixel. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)

/** Of no kind that anything knows. */
export function noise(bytes: number, seed = 1): Buffer {
  const noise = Buffer.alloc(bytes)
  let state = seed
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    noise[i] = state >>> 16
  }
  return noise
}
