/** Checks on the machine itself: settings, folder, disk, clock, data, backups. */
import { existsSync, realpathSync, statSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { version } from "../../../package.json"
import { type Config, isBucket } from "../../config.ts"
import { minuteMs } from "../../contract/durations.ts"
import { limits } from "../../contract/limits.ts"
import { BucketBackups } from "../../files/backup-bucket.ts"
import { momentOf } from "../../observe/moment.ts"
import { reasonOf } from "../../observe/operator-error.ts"
import { isLoopback } from "../../server/http/address.ts"
import { urlHost } from "../../server/listen.ts"
import { backupsIn } from "../../store/sqlite/backup-folder.ts"
import { type DataState, examineData, examineFolder, isLockDamaged, mayBeWritten } from "../../store/sqlite/examine.ts"
import { examineFiles } from "../../store/sqlite/files-beside.ts"
import { freeBytesOf } from "../../store/sqlite/folder.ts"
import { lockName } from "../../store/sqlite/lock.ts"
import { databaseName } from "../../store/sqlite/open.ts"
import { strangersIn } from "../../store/sqlite/ownership.ts"
import { fieldsIn, shown } from "../answer.ts"
import { counted } from "../counted.ts"
import { mebibytes } from "../progress.ts"
import { typed } from "../typed.ts"
import { type Check, failed, isFailed, lookTwice, ok, type Patience, warning } from "./check.ts"
import { bucketCheck, databaseChecks, keysCheck, redisCheck } from "./services.ts"

const futureMs = minuteMs
const shownMax = 3
const firstDayOfWarren = Date.parse("2026-01-01T00:00:00Z")

export async function localChecks(config: Config, nowMs: number, patience: Patience): Promise<Check[]> {
  const { databaseUrl: url, authJwks: jwks } = config
  return [
    ok("version", `Warren ${version} on Bun ${process.versions.bun}`),
    reachCheck(config),
    ...(jwks === undefined ? [] : [await lookTwice(() => keysCheck(jwks, patience.signal), isFailed, patience)]),
    await lookTwice(() => runningCheck(config, patience.signal), isFailed, patience),
    ...(url === undefined
      ? await folderChecks(config, nowMs, patience)
      : [
          // Files that people send, and the index of messages.
          folderCheck(config.dataDir),
          diskCheck(config.dataDir),
          ...(await lookTwice(
            () => databaseChecks(url),
            (found) => found.some(isFailed),
            patience,
          )),
        ]),
    ...(config.redisUrl === undefined ? [] : [await redisCheck(config.redisUrl)]),
  ]
}

/** Everybody who can open the page can take any name. */
function reachCheck({ host, auth, publicUrl }: Config): Check {
  const place = publicUrl ?? `http://${urlHost(host)}`
  const isOpen = auth === "open" && (!isLoopback(host) || publicUrl !== undefined)
  if (!isOpen) return ok("settings", `${place}, AUTH=${auth}`)
  return warning(
    "settings",
    `${place} is open to others, and with AUTH=open anyone there can use any name`,
    "Set AUTH=accounts, or AUTH=token, unless everybody who can open it is trusted.",
  )
}

async function runningCheck({ host, port, auth }: Config, signal: AbortSignal): Promise<Check> {
  const url = `http://${urlHost(host)}:${port}`
  const ask = (path: string) => fetch(url + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) })
  try {
    const response = await ask("/readyz")
    const body = (await response.json()) as { status?: unknown; reasons?: unknown; warnings?: unknown }
    if (response.status !== 200)
      return failed("server", `${url} is not ready: ${body.reasons}`, "Do what the reason says; the log tells more.")
    const warnings = Array.isArray(body.warnings) ? body.warnings.join(" ") : ""
    if (warnings !== "")
      return warning("server", `${url} is ready, and warns: ${warnings}`, "Do what the warning says.")
    const { auth: served } = await fieldsIn(await ask("/api/server"))
    // Then all other checks would use the wrong settings.
    if (typeof served === "string" && served !== auth)
      return warning(
        "server",
        `${url} is served with AUTH=${shown(served)}, and this command was given AUTH=${auth}`,
        "Give it the settings that the server has, of /etc/warren.env perhaps.",
      )
    return ok("server", `${url} is ready`)
  } catch {
    return warning("server", `nobody answers at ${url}`, "Start the server, or name its HOST and PORT.")
  }
}

async function folderChecks(config: Config, nowMs: number, patience: Patience): Promise<Check[]> {
  const { dataDir } = config
  const folder = folderCheck(dataDir)
  if (folder.verdict === "failed") return [folder]
  const isUnread = ({ kind }: DataState) => kind === "unreadable"
  const data = await lookTwice(() => examineData(dataDir, patience.signal), isUnread, patience)
  const latestAt = data.kind === "whole" ? data.latestAt : undefined
  const files = data.kind === "whole" ? [await filesCheck(config, patience.signal)] : []
  const rest = [diskCheck(dataDir), clockCheck(nowMs, latestAt), dataCheck(data, config)]
  return [folder, ...rest, ...files, await backupCheck(config, nowMs)]
}

function folderCheck(dataDir: string): Check {
  const folder = resolve(dataDir)
  switch (examineFolder(folder)) {
    case "missing":
      return warning("folder", `${folder} does not exist yet`, "The first start makes it; name another by DATA_DIR.")
    case "leads nowhere":
      return failed("folder", `${folder} is a link to a folder that is not there`, "Mount its disk, or make it.")
    case "no folder":
      return failed("folder", `${folder} is not a folder`, "Set DATA_DIR to one that Warren may write to.")
    case "read-only":
      return failed(
        "folder",
        `${folder} is on a disk that is mounted read-only`,
        "Look into dmesg whether it fails, and mount it for writing.",
      )
    case "not writable":
      return failed(
        "folder",
        `${folder} cannot be written by this user`,
        "Run this as the server's user, or give it the right to.",
      )
    case "open to others":
      return ownersCheck(
        folder,
        warning(
          "folder",
          `others on this machine may enter ${folder}`,
          `Take that right away: chmod 700 ${typed(folder)}`,
        ),
      )
    case "fine":
      return ownersCheck(folder, ok("folder", folder))
  }
}

/** Files that a copy by hand, or a killed command of root, has left there can keep the server from its own data. */
function ownersCheck(folder: string, otherwise: Check): Check {
  if (isLockDamaged(folder))
    return failed("folder", `${join(folder, lockName)} is damaged`, "Delete it: it holds no data.")
  const strangers = strangersIn(folder)
  if (strangers.length === 0) return otherwise
  const { uid, gid } = statSync(folder)
  const named = strangers.slice(0, shownMax).map((path) => relative(realpathSync(folder), path))
  return failed(
    "folder",
    `${folder} is user ${uid}'s, and not all in it is (${listOf(named, strangers.length)})`,
    `As root: chown -R ${uid}:${gid} ${typed(realpathSync(folder))}`,
  )
}

function diskCheck(dataDir: string): Check {
  const bytes = freeBytesOf(existsSync(dataDir) ? dataDir : ".")
  if (!Number.isFinite(bytes)) return ok("disk", "the system does not tell how much is free")
  const free = `${Math.floor(mebibytes(bytes).amount).toLocaleString("en")} MiB are free`
  if (bytes < limits.diskReserveBytes) return failed("disk", `${free}, so nothing is written`, "Free some space.")
  if (bytes >= limits.diskWarningBytes) return ok("disk", free)
  return warning(
    "disk",
    `${free}; below ${mebibytes(limits.diskReserveBytes).amount} MiB nothing is written`,
    "Free some space.",
  )
}

/** Times in a room never go back: a message from the future holds back the times of all that follow. */
function clockCheck(nowMs: number, latestAt: number | undefined): Check {
  const now = new Date(nowMs).toISOString()
  const remedy = "Set the clock, and keep it right by NTP (timedatectl set-ntp true)."
  if (nowMs < firstDayOfWarren) return failed("clock", `it says ${now}`, remedy)
  if (latestAt === undefined || latestAt <= nowMs + futureMs) return ok("clock", now)
  return warning("clock", `it says ${now}, and the latest message is of ${new Date(latestAt).toISOString()}`, remedy)
}

function dataCheck(data: DataState, { auth }: Config): Check {
  const restore = 'Restore a backup: "warren help restore".'
  switch (data.kind) {
    case "none":
      return ok("data", "none yet")
    case "unfinished":
      return failed(
        "data",
        `an import or a move into it is not finished (${data.path})`,
        "Run it again, or delete that file to begin with nothing.",
      )
    case "moved":
      return failed("data", `it was moved to PostgreSQL, and ${data.path} is what it was`, "Set DATABASE_URL.")
    case "unreadable":
      return failed("data", `warren.db cannot be read (${data.why})`, "Run this as the server's user.")
    case "damaged":
      return failed("data", `warren.db is damaged (${data.why})`, restore)
    case "foreign":
      return failed("data", "warren.db belongs to another program", "Move it away, or choose another DATA_DIR.")
    case "newer":
      return failed(
        "data",
        `it is of a newer Warren (schema ${data.found}, this one knows ${data.known})`,
        "Start that version.",
      )
    case "older":
      return warning(
        "data",
        `it is of an older Warren (schema ${data.found})`,
        `The next start upgrades it to ${data.known}.`,
      )
    case "whole": {
      const counts = `${counted(data.counts.messages, "message")} of ${counted(data.counts.rooms, "room")}`
      const told = `${counts}, ${Math.ceil(mebibytes(data.bytes).amount)} MiB, whole`
      if (auth !== "open" || data.auth === "open") return ok("data", told)
      return warning(
        "data",
        `${told}; it is for AUTH=${data.auth}, so a start with AUTH=open is refused`,
        `Set AUTH=${data.auth}, or let anybody use any name: "warren help auth".`,
      )
    }
  }
}

async function filesCheck({ dataDir, filesUrl }: Config, signal: AbortSignal): Promise<Check> {
  if (filesUrl !== undefined) return bucketCheck(filesUrl)
  const { files, missing, unknown } = await examineFiles(join(dataDir, databaseName), join(dataDir, "files"), signal)
  const missingText = `messages hold ${counted(missing.length, "file")} without bytes (${someOf(missing)})`
  if (missing.length > 0)
    return failed("files", missingText, `Copy them from a backup's FILE.files into ${join(resolve(dataDir), "files")}.`)
  const unknownText = `${counted(unknown.length, "file")} of no message (${someOf(unknown)})`
  if (unknown.length > 0) return warning("files", unknownText, "The next start removes them.")
  return ok("files", counted(files, "file"))
}

/** Enough to find them; the list need not be complete. */
function someOf(hashes: readonly string[]): string {
  const shown = hashes.slice(0, shownMax).map((sha256) => `${sha256.slice(0, 2)}/${sha256}`)
  return listOf(shown, hashes.length)
}

function listOf(shown: readonly string[], count: number): string {
  return [...shown, ...(count > shown.length ? ["…"] : [])].join(", ")
}

async function backupCheck({ dataDir, backupEvery, backupDir }: Config, nowMs: number): Promise<Check> {
  if (backupEvery === undefined || backupDir === undefined)
    return warning(
      "backup",
      "the server makes none",
      'Set BACKUP_EVERY and BACKUP_DIR, or run "warren backup" each night.',
    )
  const remedy = "Look into the log for why, and whether BACKUP_DIR can be written."
  try {
    if (!isBucket(backupDir) && examineFolder(backupDir) === "no folder")
      return failed("backup", `${backupDir} is not a folder`, "Set BACKUP_DIR to one that Warren may write to.")
    if (!isBucket(backupDir) && !mayBeWritten(backupDir))
      return failed(
        "backup",
        `${backupDir} cannot be written by this user`,
        "Give the server's user the right to, or choose another BACKUP_DIR.",
      )
    const latestAt = await latestBackup(dataDir, backupDir, nowMs)
    if (latestAt === undefined) return warning("backup", `there is none in ${backupDir}`, remedy)
    const told = `the latest in ${backupDir} is of ${momentOf(latestAt)}`
    if (Math.abs(nowMs - latestAt) > 2 * backupEvery) return failed("backup", told, remedy)
    if (isBucket(backupDir) || statSync(backupDir).dev !== statSync(dataDir, { throwIfNoEntry: false })?.dev)
      return ok("backup", told)
    return warning(
      "backup",
      `${told}, on the disk of the data, and what takes one takes both`,
      "Mount another disk there, or name a bucket as BACKUP_DIR.",
    )
  } catch (cause) {
    const why = reasonOf(cause)
    return failed("backup", `${backupDir} cannot be read: ${why}`, remedy)
  }
}

async function latestBackup(dataDir: string, place: string, nowMs: number): Promise<number | undefined> {
  if (isBucket(place)) return new BucketBackups({ dataDir, url: place }).latestAt(nowMs)
  return existsSync(place) ? backupsIn(place, nowMs)[0]?.epochMs : undefined
}
