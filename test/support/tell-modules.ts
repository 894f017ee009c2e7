/** Preloaded into a process: at its end it writes which modules it has loaded, as JSON, into the file that MODULES_FILE names. */
import { writeFileSync } from "node:fs"

process.on("exit", () => writeFileSync(process.env["MODULES_FILE"] ?? "", JSON.stringify(Object.keys(require.cache))))
