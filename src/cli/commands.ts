/** Every command, by its name, in the order of the help. */
import { authCommand } from "./auth.ts"
import { backupCommand } from "./backup.ts"
import type { Command } from "./command.ts"
import { completionCommand } from "./completion.ts"
import { demoCommand } from "./demo.ts"
import { doctorCommand } from "./doctor.ts"
import { exportCommand } from "./export.ts"
import { healthCommand } from "./health.ts"
import { importCommand } from "./import.ts"
import { inviteCommand } from "./invite.ts"
import { limitsCommand } from "./limits.ts"
import { loadCommand } from "./load.ts"
import { migrateFromCommand, migrateToCommand } from "./migrate.ts"
import { restoreCommand } from "./restore.ts"
import { serveCommand } from "./serve.ts"
import { tokenCommand } from "./token.ts"
import { userCommand } from "./user.ts"

export const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  demo: demoCommand,
  backup: backupCommand,
  restore: restoreCommand,
  export: exportCommand,
  import: importCommand,
  "migrate-to": migrateToCommand,
  "migrate-from": migrateFromCommand,
  doctor: doctorCommand,
  health: healthCommand,
  user: userCommand,
  invite: inviteCommand,
  auth: authCommand,
  token: tokenCommand,
  limits: limitsCommand,
  load: loadCommand,
  completion: completionCommand(() => commands),
}
