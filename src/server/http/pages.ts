/**
 * The web client over HTTP: one page for `/` and for every `/r/<room>`, and what it loads.
 *
 * A compiled binary contains the bundle of the HTML import; a source tree has the same
 * bundler make it on the first request. From then on both are the same bytes under the same
 * names. Names contain a hash, so browsers may keep everything but the page for ever.
 */
import { basename } from "node:path"
import type { Auth } from "../../contract/accounts.ts"
import worker from "../../web/alerts/sw.js" with { type: "text" }
import beforePaintSource from "../../web/before-paint.js" with { type: "text" }
import bundle from "../../web/index.html"
import { installableContents } from "./installable.ts"
import { completeHead, type PageFile } from "./page-head.ts"
import type { Content } from "./static.ts"

const scriptType = "text/javascript; charset=utf-8"

/** Nothing runs, loads or connects except what this server sent, and pictures, which may come from anywhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' http: https: blob:",
  "media-src 'self'",
  "manifest-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // No text becomes a script, except for the address of the page's own service worker.
  "trusted-types warren-worker",
].join("; ")

/** Served as it is written, without its comments. */
const beforePaint = beforePaintSource.replaceAll(/^ *\/\/.*\n/gm, "")

/** Without a hash in its path, which a browser asks for again by itself. */
const serviceWorker = { path: "/sw.js", body: worker, type: scriptType }

/** The page, also under the paths of all rooms, and what it loads. `auth`: how the server identifies people. */
export async function pageContents(auth: Auth): Promise<readonly Content[]> {
  const bundled = await (bundle.files === undefined ? built(bundle.index) : embedded(bundle.files))
  const first = script(`before-paint-${hashOf(beforePaint)}.js`, beforePaint)
  const page = bundled.find(({ name }) => name.endsWith(".html"))
  const files = [first, ...bundled.filter((file) => file !== page)]
  const html = completeHead((await page?.content.text()) ?? "", await scriptsOf(files), { before: first.name, auth })
  const index = { path: "/", body: html, type: "text/html; charset=utf-8", policy: contentSecurityPolicy }
  return [index, serviceWorker, ...(await installableContents()), ...(await Promise.all(files.map(toContent)))]
}

interface BundledFile {
  readonly name: string
  readonly content: Blob
}

function script(name: string, text: string): BundledFile {
  return { name, content: new Blob([text], { type: scriptType }) }
}

/** Chunks that are loaded when they are asked for need `--splitting` in the build of the binary, too. */
async function built(entrypoint: string): Promise<readonly BundledFile[]> {
  // `publicPath` as the HTML import has it: /r/<room> loads what / loads.
  // As `--production` has it for the binary: elements without what only a developer's tools read.
  const define = { "process.env.NODE_ENV": '"production"' }
  const options = { target: "browser", minify: true, splitting: true, publicPath: "/", define } as const
  const { outputs } = await Bun.build({ entrypoints: [entrypoint], ...options })
  return outputs.map((output) => ({ name: basename(output.path), content: output }))
}

async function embedded(files: NonNullable<typeof bundle.files>): Promise<readonly BundledFile[]> {
  return files.map(({ path }) => ({ name: basename(path), content: Bun.file(path) }))
}

async function scriptsOf(files: readonly BundledFile[]): Promise<PageFile[]> {
  const scripts = files.filter(({ name }) => name.endsWith(".js"))
  return Promise.all(scripts.map(async ({ name, content }) => ({ name, text: await content.text() })))
}

async function toContent({ name, content }: BundledFile): Promise<Content> {
  const body = new Uint8Array(await content.arrayBuffer())
  return { path: `/${name}`, body, type: content.type, isFinal: true }
}

function hashOf(content: string): string {
  return Bun.hash(content).toString(36)
}
