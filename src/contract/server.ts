/**
 * The server itself, as administrators see it: how it is, and what it warns of. It tells
 * nothing of a room but how many there are, and neither a path nor an address.
 */
import * as v from "valibot"
import { answer, type NamedObject, onlyUserId, request } from "./definition.ts"
import { about, Count, Timestamp } from "./values.ts"

const Backups = v.object({
  latestAt: about("When the newest was made; `null` until there is one.", v.nullable(Timestamp)),
  isLate: about("Whether two were due since.", v.boolean()),
})

const codes = ["clock", "disk", "redis", "settings", "standby", "unreadable", "unwritable"] as const

const Warning = v.object({
  code: about("What it warns of; more may come.", v.picklist(codes)),
  message: about("A sentence for whoever runs the server, in English.", v.string()),
})

export const ServerState = v.object({
  version: about("Of Warren.", v.string()),
  startedAt: about("Since when it runs.", Timestamp),
  isOneOfSeveral: about("Whether other servers are one chat with it.", v.boolean()),
  connections: about("How many connections are open to this server.", Count),
  online: about("How many users are online at this server.", Count),
  rooms: v.optional(
    about("How many rooms were made, of every kind, also deleted ones; left out while the data cannot be read.", Count),
  ),
  messages: v.optional(about("How many messages are kept; left out while the data cannot be read.", Count)),
  freeBytes: v.optional(about("Free on the disk of the data; left out where it is in PostgreSQL.", Count)),
  searchBehind: v.optional(
    about("Changes of messages that search does not know yet; left out where nothing is searched.", Count),
  ),
  backups: v.optional(about("Those that the server makes of its own data; left out where it makes none.", Backups)),
  warnings: about("What is wrong or will be.", v.array(Warning)),
})

const getServer = request({
  summary: "Tells how the server is.",
  description:
    "Administrators only. It tells of the server that this socket is connected to; rooms and messages are those of all.",
  rules: ["ACC11"],
  rate: "other",
  needs: "people",
  errors: ["ERR_FORBIDDEN"],
  ...onlyUserId,
  answer: answer({ server: ServerState }),
  answered: {
    ok: true,
    server: {
      version: "0.2.0",
      startedAt: "2026-01-31T12:00:00.000Z",
      isOneOfSeveral: false,
      ...{ connections: 31, online: 24, rooms: 12, messages: 48_210, freeBytes: 429_916_160, searchBehind: 0 },
      backups: { latestAt: "2026-01-31T12:00:00.000Z", isLate: false },
      warnings: [
        {
          code: "disk",
          message: "410 MiB are free on the disk of the data; below 64 MiB nothing more is written.",
        },
      ],
    },
  },
})

export const requests = { get_server: getServer } as const

export const objects = {
  Server: { schema: ServerState, about: "A server, as administrators see it." },
  Warning: { schema: Warning, about: "What is wrong with a server, or will be." },
  Backups: { schema: Backups, about: "The backups that a server makes of its own data." },
} as const satisfies Record<string, NamedObject>

export type Warning = v.InferOutput<typeof Warning>
export type ServerState = v.InferOutput<typeof ServerState>
