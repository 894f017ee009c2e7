/**
 * The proxies of deploy/, run from the very files that a user copies: only names, ports
 * and paths are exchanged, and each of them must be there to be exchanged.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "./folder.ts"
import { freePort } from "./port.ts"
import { missing } from "./programs.ts"
import { until } from "./until.ts"

const deploy = join(import.meta.dir, "../../deploy")

export interface Proxy {
  readonly name: string
  /** Why it cannot be run here, if it cannot. */
  readonly missing: string | undefined
  /** Writes its configuration into the folder and returns how it is started. */
  readonly prepare: (options: { port: number; serverPort: number; folder: string }) => Promise<string[]>
  readonly scheme: "http" | "https"
  /** Caddy would wait for its last connections; a killed nginx would leave its workers behind. */
  readonly endedBy: "SIGTERM" | "SIGKILL"
}

export const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    missing: missing("nginx") ?? missing("openssl"),
    prepare: prepareNginx,
    scheme: "https",
    endedBy: "SIGTERM",
  },
  { name: "Caddy", missing: missing("caddy"), prepare: prepareCaddy, scheme: "http", endedBy: "SIGKILL" },
]

interface RunningProxy extends AsyncDisposable {
  /** All that it has logged so far. */
  readonly log: () => string
  /** What people use: the PUBLIC_URL of the server behind it. */
  readonly url: string
}

/** `port` is the one it listens at. Resolves once it passes requests on. */
export async function startProxy(proxy: Proxy, port: number, serverPort: number): Promise<RunningProxy> {
  const folder = temporaryFolder()
  const command = await proxy.prepare({ port, serverPort, folder: folder.path })
  const env = { PATH: process.env["PATH"], HOME: folder.path }
  const child = Bun.spawn(command, { env, stdio: ["ignore", "ignore", Bun.file(join(folder.path, "log"))] })
  const url = publicUrl(proxy, port)
  await until(`${proxy.name} passes requests on`, () => isPassing(url))
  const dispose = async () => {
    child.kill(proxy.endedBy)
    await child.exited
    folder[Symbol.dispose]()
  }
  const logs = [...new Bun.Glob("*log").scanSync(folder.path)]
  const log = () => logs.map((name) => readFileSync(join(folder.path, name), "utf8")).join("\n")
  return { url, log, [Symbol.asyncDispose]: dispose }
}

export function publicUrl({ scheme }: Proxy, port: number): string {
  return `${scheme}://localhost:${port}`
}

async function isPassing(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { tls: { rejectUnauthorized: false } })).ok
  } catch {
    return false
  }
}

async function prepareNginx({ port, serverPort, folder }: { port: number; serverPort: number; folder: string }) {
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")]
  await Bun.$`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out ${certificate} -keyout ${key}`.quiet()
  const site = exchanged("nginx.conf", [
    ["/etc/letsencrypt/live/chat.example.com/fullchain.pem", certificate],
    ["/etc/letsencrypt/live/chat.example.com/privkey.pem", key],
    ["listen 80;", `listen 127.0.0.1:${await freePort()};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
    // A machine that runs tests may have no IPv6.
    ["listen [::]:80;", ""],
    ["listen [::]:443 ssl;", ""],
    ["127.0.0.1:3000", `127.0.0.1:${serverPort}`],
    ["chat.example.com", "localhost"],
    ["/var/log/nginx/", `${folder}/`],
  ])
  mkdirSync(join(folder, "temporary"))
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  const main = `
    daemon off;
    pid ${folder}/pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/temporary/${name};`).join("\n")}
      ${site}
    }`
  writeFileSync(join(folder, "nginx.conf"), main)
  return ["nginx", "-p", folder, "-c", join(folder, "nginx.conf")]
}

async function prepareCaddy({ port, serverPort, folder }: { port: number; serverPort: number; folder: string }) {
  const site = exchanged("Caddyfile", [
    ["\n{\n", "\n{\n\tadmin off\n"],
    // With a scheme, Caddy asks nobody for a certificate.
    ["\nchat.example.com {", `\nhttp://localhost:${port} {`],
    ["127.0.0.1:3000", `127.0.0.1:${serverPort}`],
  ])
  writeFileSync(join(folder, "Caddyfile"), site)
  return ["caddy", "run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")]
}

function exchanged(file: string, exchanges: readonly (readonly [from: string, to: string])[]): string {
  let text = readFileSync(join(deploy, file), "utf8")
  for (const [from, to] of exchanges) {
    if (!text.includes(from)) throw new Error(`${file} no longer contains ${JSON.stringify(from)}.`)
    text = text.replaceAll(from, to)
  }
  return text
}
