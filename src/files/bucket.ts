/** A folder in a bucket of S3, or of a compatible service. Memory holds one piece of a file at a time. */
import { S3Client, type S3Options } from "bun"
import { codeOf, OperatorError, reasonOf } from "../observe/operator-error.ts"

interface Entry {
  /** Without the prefix of the folder. */
  readonly key: string
  readonly modifiedAt: number
}

/** The smallest part that S3 accepts. */
const partBytes = 5 * 1024 * 1024
const listedAtOnce = 1_000

/** The client's own message does not help whoever has to correct a setting. */
export function unusable(setting: "FILES_URL" | "BACKUP_DIR", cause: unknown): OperatorError {
  if (cause instanceof OperatorError) return cause
  const remedy = `Check ${setting}, S3_ENDPOINT (or AWS_ENDPOINT), and AWS_ACCESS_KEY_ID with its secret.`
  const why = codeOf(cause) ?? reasonOf(cause)
  return new OperatorError(`The bucket of ${setting} cannot be used (${why}). ${remedy}`, { cause })
}

/** Rejects with the client's own error if the service cannot be reached. */
export class Bucket {
  readonly #client: S3Client
  readonly #prefix: string

  /** Of `s3://bucket/folder`. Access is by default the environment's, by its usual names. */
  constructor(url: string, access?: S3Options) {
    const { hostname, pathname } = new URL(url)
    const folder = decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, "")
    this.#prefix = folder === "" ? "" : `${folder}/`
    this.#client = new S3Client({ ...access, bucket: hostname })
  }

  async check(): Promise<void> {
    await this.#client.list({ prefix: this.#prefix, maxKeys: 1 })
  }

  /** The whole file at `path`. */
  async put(path: string, key: string, signal?: AbortSignal): Promise<void> {
    const file = Bun.file(path)
    const writer = this.#client.file(this.#prefix + key).writer({ partSize: partBytes, queueSize: 1, retry: 3 })
    for await (const piece of file.stream()) {
      signal?.throwIfAborted()
      writer.write(piece)
      await writer.flush()
    }
    await writer.end()
    // A service that confirms and stores only a part would lose the rest for good.
    const kept = await this.sizeOf(key)
    if (kept !== file.size) throw new Error(`The bucket has ${kept} bytes of ${file.size}.`)
  }

  async putText(key: string, text: string): Promise<void> {
    await this.#client.write(this.#prefix + key, text)
  }

  /** None where there is no such key. */
  async sizeOf(key: string): Promise<number | undefined> {
    return noneIfMissing(async () => (await this.#client.stat(this.#prefix + key)).size)
  }

  async textOf(key: string): Promise<string | undefined> {
    return noneIfMissing(() => this.#client.file(this.#prefix + key).text())
  }

  async read(key: string, start: number, end: number): Promise<Uint8Array> {
    return this.#client
      .file(this.#prefix + key)
      .slice(start, end)
      .bytes()
  }

  async remove(key: string): Promise<void> {
    await this.#client.delete(this.#prefix + key)
  }

  /** What begins with `under`, by name, a page at a time. */
  async *pages(under = ""): AsyncGenerator<readonly Entry[]> {
    let token: string | undefined
    do {
      const more = token === undefined ? {} : { continuationToken: token }
      const found = await this.#client.list({ prefix: this.#prefix + under, maxKeys: listedAtOnce, ...more })
      yield (found.contents ?? []).map(({ key, lastModified }) => {
        return { key: key.slice(this.#prefix.length), modifiedAt: Date.parse(`${lastModified}`) }
      })
      token = found.isTruncated ? found.nextContinuationToken : undefined
    } while (token !== undefined)
  }

  async keys(under = ""): Promise<string[]> {
    const keys: string[] = []
    for await (const page of this.pages(under)) keys.push(...page.map(({ key }) => key))
    return keys
  }
}

async function noneIfMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (cause) {
    if (codeOf(cause) === "NoSuchKey") return undefined
    throw cause
  }
}
