/** What is moved between stores: all tables, row by row and unchanged, keys included. */

export interface Table {
  readonly name:
    | "rooms"
    | "users"
    | "members"
    | "bans"
    | "messages"
    | "files"
    | "reactions"
    | "mentions"
    | "accounts"
    | "sessions"
    | "identities"
    | "passkeys"
    | "links"
    | "access"
  /** In the order of a row. The first is the key, and grows. */
  readonly columns: readonly (readonly [name: string, type: "integer" | "text" | "uuid"])[]
}

/** Rows in memory at a time; a message has at most 16 kB of content. */
export const rowsAtOnce = 1_000

export type Row = readonly (string | number | null)[]

export const rooms: Table = {
  name: "rooms",
  columns: [
    ["pk", "integer"],
    ["id", "uuid"],
    ["name", "text"],
    ["visibility", "text"],
    ["creator_id", "text"],
    ["created_at", "integer"],
    ["rev", "integer"],
    ["last_at", "integer"],
    ["topic", "text"],
    ["members", "integer"],
    ["access_rev", "integer"],
    ["only_one", "text"],
    ["deleted_by", "text"],
    ["deleted_at", "integer"],
    ["forgotten", "integer"],
    ["purge_seq", "integer"],
    ["keep_days", "integer"],
    ["hidden_for", "text"],
  ],
}

export const users: Table = {
  name: "users",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["username", "text"],
    ["avatar", "text"],
    ["created_at", "integer"],
    ["updated_at", "integer"],
  ],
}

const members: Table = {
  name: "members",
  columns: [
    ["pk", "integer"],
    ["room", "integer"],
    ["member", "integer"],
    ["role", "text"],
    ["joined_at", "integer"],
    ["read_seq", "integer"],
    ["notify", "text"],
    ["seen_at", "integer"],
  ],
}

const bans: Table = {
  name: "bans",
  columns: [
    ["pk", "integer"],
    ["room", "integer"],
    ["banned", "integer"],
    ["created_at", "integer"],
  ],
}

export const messages: Table = {
  name: "messages",
  columns: [
    ["pk", "integer"],
    ["room", "integer"],
    ["seq", "integer"],
    ["rev", "integer"],
    ["id", "uuid"],
    ["author", "integer"],
    ["type", "text"],
    ["content", "text"],
    ["created_at", "integer"],
    ["edited_at", "integer"],
    ["deleted_at", "integer"],
    ["reply_to", "integer"],
    ["files", "text"],
    ["extra", "text"],
  ],
}

export const reactions: Table = {
  name: "reactions",
  columns: [
    ["pk", "integer"],
    ["message", "integer"],
    ["emoji", "text"],
    ["reactor", "integer"],
  ],
}

/** Only their records: their bytes stay where they are. */
export const files: Table = {
  name: "files",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["sha256", "text"],
    ["name", "text"],
    ["mime_type", "text"],
    ["bytes", "integer"],
    ["width", "integer"],
    ["height", "integer"],
    ["has_thumbnail", "integer"],
    ["owner_id", "text"],
    ["created_at", "integer"],
    ["message", "integer"],
    ["picture_of", "integer"],
  ],
}

const accounts: Table = {
  name: "accounts",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["login", "text"],
    ["login_key", "text"],
    ["username", "text"],
    ["password", "text"],
    ["role", "text"],
    ["is_active", "integer"],
    ["link_id", "text"],
    ["due_rooms", "text"],
    ["created_at", "integer"],
  ],
}

export const sessions: Table = {
  name: "sessions",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["hash", "text"],
    ["account", "integer"],
    ["client", "text"],
    ["created_at", "integer"],
    ["used_at", "integer"],
    ["proven_at", "integer"],
  ],
}

const identities: Table = {
  name: "identities",
  columns: [
    ["pk", "integer"],
    ["issuer", "text"],
    ["subject", "text"],
    ["account", "integer"],
    ["created_at", "integer"],
  ],
}

const passkeys: Table = {
  name: "passkeys",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["credential_id", "text"],
    ["account", "integer"],
    ["name", "text"],
    ["public_key", "text"],
    ["counter", "integer"],
    ["created_at", "integer"],
    ["used_at", "integer"],
  ],
}

export const links: Table = {
  name: "links",
  columns: [
    ["pk", "integer"],
    ["id", "text"],
    ["hash", "text"],
    ["kind", "text"],
    ["account", "integer"],
    ["creator_id", "text"],
    ["room_id", "text"],
    ["user_id", "text"],
    ["uses", "integer"],
    ["uses_left", "integer"],
    ["created_at", "integer"],
    ["expires_at", "integer"],
  ],
}

/** It has one row from the start. */
const access: Table = {
  name: "access",
  columns: [
    ["pk", "integer"],
    ["auth", "text"],
    ["revision", "integer"],
  ],
}

export const mentions: Table = {
  name: "mentions",
  columns: [
    ["pk", "integer"],
    ["room", "integer"],
    ["mentioned", "integer"],
    ["seq", "integer"],
  ],
}

/** Small beside the messages: copied anew by each attempt. */
export const smallTables: readonly Table[] = [
  rooms,
  users,
  members,
  bans,
  files,
  accounts,
  sessions,
  identities,
  passkeys,
  links,
  access,
]
export const allTables: readonly Table[] = [...smallTables, messages, reactions, mentions]

export function namesOf({ columns }: Table): string[] {
  return columns.map(([name]) => name)
}

/** Where a row's key is. */
export function keyOf(row: Row | undefined): number {
  return Number(row?.[0] ?? 0)
}

/** Where a message's room is. */
export function roomOf(message: Row): number {
  return Number(message[1])
}
