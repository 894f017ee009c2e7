/** The backups that a server makes by itself: how often, and where they are. */
import { type Config, isBucket } from "../config.ts"
import { BucketBackups } from "../files/backup-bucket.ts"
import { log } from "../observe/log.ts"
import { folderOfBackups } from "../store/sqlite/backup-folder.ts"
import { type BackupPlace, ScheduledBackups } from "../store/sqlite/scheduled-backups.ts"
import type { Tools } from "./parts.ts"

export function backupsEvery(
  everyMs: number,
  place: string,
  { dataDir, backupKeep: keep }: Config,
  { clock, incidents }: Tools,
): ScheduledBackups {
  return new ScheduledBackups({
    place: placeOf(dataDir, place),
    everyMs,
    keep,
    now: clock.epochMs,
    onDone: (backup) => log.info("Backed up {messages} messages ({bytes} bytes) to {file}.", { ...backup }),
    onFailure: (cause) => incidents.report("backup", "The backup failed: {cause}", { cause }, { level: "error" }),
  })
}

function placeOf(dataDir: string, place: string): BackupPlace {
  return isBucket(place) ? new BucketBackups({ dataDir, url: place }) : folderOfBackups(dataDir, place)
}
