/** Texts about the files that belong to a copy of the data. */
import type { FilesCopied } from "../store/sqlite/files-beside.ts"
import { counted } from "./counted.ts"

/** The end of "3 messages of 2 rooms"; nothing where there are none. */
export function filesTold({ files }: FilesCopied): string {
  return files === 0 ? "" : ` and ${counted(files, "file")}`
}

/** A sentence about files that are missing in `place`; empty if none is. */
export function missingTold({ missing }: FilesCopied, filesUrl: string | undefined, place: string): string {
  if (missing === 0) return ""
  if (filesUrl !== undefined) return ` The bytes of ${counted(missing, "file")} are in ${filesUrl}: copy that too.`
  return ` ${counted(missing, "file")} could not be found in ${place}.`
}
