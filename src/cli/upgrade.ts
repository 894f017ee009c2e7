/** What people see while a start upgrades older data: a line that counts, or plain lines in a log. */
import type { WriteStream } from "node:tty"
import type { UpgradeWatcher } from "../store/sqlite/upgrade.ts"

type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean }

/** In a log: often enough to see progress. */
const shareBetweenLines = 0.25

export function tellOfUpgrade(output: Output): UpgradeWatcher {
  let nextShare = shareBetweenLines
  return {
    onBegin: ({ file, fromVersion, toVersion }) => {
      output.write(`Upgrading ${file} from schema ${fromVersion} to ${toVersion}. Stopping now leaves it as it is.\n`)
    },
    onProgress: (_, share) => {
      const percent = `Upgrading: ${Math.floor(share * 100)} %`
      if (output.isTTY) output.write(`\r\u001b[K${percent}`)
      else if (share >= nextShare) {
        output.write(`${percent}\n`)
        nextShare += shareBetweenLines
      }
    },
    onEnd: (_, kept) => {
      if (output.isTTY) output.write("\r\u001b[K")
      output.write(`Upgraded. The data as it was is kept in ${kept}; delete it when you no longer need it.\n`)
    },
  }
}
