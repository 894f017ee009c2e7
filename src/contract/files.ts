/** Files that messages carry. They come and go over HTTP; an event only names them. */
import * as v from "valibot"
import type { NamedObject } from "./definition.ts"
import { limits } from "./limits.ts"
import { about, absentOr, atMost, Count, cleanLine, codePoints, string } from "./values.ts"

export const FileId = v.pipe(
  string,
  v.regex(/^[\w-]{22}$/, "must be a file's id"),
  v.title("file id"),
  v.brand("FileId"),
  v.description("The file's id, which is also the key to it: 128 random bits."),
)

const Alt = v.pipe(
  string,
  codePoints(limits.altLengthMax),
  cleanLine,
  v.description("What the picture shows, for whoever cannot see it."),
)

const Pixels = v.pipe(Count, v.minValue(1))

export const File = v.object({
  id: FileId,
  name: about("What the sender called it: one line, without folders.", v.string()),
  mimeType: about("Found in its bytes, whatever its name says.", v.string()),
  bytes: about("How large it is.", Count),
  width: v.optional(about("Of a picture, in pixels, as it is to be shown.", Pixels)),
  height: v.optional(about("Of a picture, in pixels, as it is to be shown.", Pixels)),
  alt: v.optional(Alt),
  url: about("Where it is, on this server: an absolute path.", v.string()),
  thumbnailUrl: v.optional(
    about(`Where a picture of at most ${limits.thumbnailPixels} pixels a side is, if one could be made.`, v.string()),
  ),
})

const NamedFile = v.object({ id: FileId, alt: absentOr(Alt) })

/** Of a message that is sent: ids of files, or ids with what the pictures show. */
export const SentFiles = absentOr(
  about(
    "Files of the sender's that were uploaded before, each by its `id` or as `{id, alt}`. Then `content` may be left out.",
    atMost(
      limits.filesPerMessageMax,
      v.array(
        v.union(
          [
            v.pipe(
              FileId,
              v.transform((id): v.InferOutput<typeof NamedFile> => ({ id, alt: undefined })),
            ),
            NamedFile,
          ],
          "must be a file's id, or an object with one",
        ),
        "must be a list",
      ),
      `must be at most ${limits.filesPerMessageMax} files`,
    ),
  ),
)

export const objects = {
  File: { schema: File, about: "A file that a message holds." },
  NamedFile: { schema: NamedFile, about: "A file to be sent, with what it shows." },
} as const satisfies Record<string, NamedObject>

export type FileId = v.InferOutput<typeof FileId>
export type File = v.InferOutput<typeof File>
export type SentFile = v.InferOutput<typeof NamedFile>
