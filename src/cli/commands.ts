/** Every command, by its name, in the order of the help. */
import { backupCommand } from "./backup.ts"
import type { Command } from "./command.ts"
import { completionCommand } from "./completion.ts"
import { demoCommand } from "./demo.ts"
import { doctorCommand } from "./doctor.ts"
import { healthCommand } from "./health.ts"
import { limitsCommand } from "./limits.ts"
import { loadCommand } from "./load.ts"
import { migrateFromCommand, migrateToCommand } from "./migrate.ts"
import { restoreCommand } from "./restore.ts"
import { serveCommand } from "./serve.ts"
import { tokenCommand } from "./token.ts"

export const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  demo: demoCommand,
  backup: backupCommand,
  restore: restoreCommand,
  "migrate-to": migrateToCommand,
  "migrate-from": migrateFromCommand,
  doctor: doctorCommand,
  health: healthCommand,
  token: tokenCommand,
  limits: limitsCommand,
  load: loadCommand,
  completion: completionCommand(() => commands),
}
