/**
 * The SQL of accounts, sessions and links, once for both databases. They differ only in how
 * a statement is run, and in PostgreSQL returning large numbers as texts.
 */
import type { AccountRecord, AccountTables, LinkRecord, PasskeyRecord, SessionRecord } from "../accounts/tables.ts"
import type { Auth, Role } from "../contract/accounts.ts"
import type { RoomId, UserId } from "../contract/values.ts"

type Value = string | number | null
export type Row = Readonly<Record<string, Value>>
/** Parameters are `$1`, `$2` … */
export type Run = (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>

const accountColumns =
  "accounts.pk, accounts.id, login, login_key, accounts.username, password, role, is_active, link_id, due_rooms, accounts.created_at"
const sessionColumns =
  "sessions.id AS session_id, sessions.hash, sessions.account, sessions.client, sessions.created_at AS began_at, sessions.used_at, sessions.proven_at"
const passkeyColumns = "id, credential_id, account, name, public_key, counter, created_at, used_at"
const linkColumns = "id, hash, kind, account, creator_id, room_id, user_id, uses, uses_left, created_at, expires_at"

/** A deactivated account, as a member of a room. */
const closedOut = "SELECT 1 FROM accounts WHERE accounts.id = u.id AND accounts.is_active = 0"
const heir = `SELECT u.id FROM members m JOIN users u ON u.pk = m.member
  WHERE m.room = members.room AND m.member <> members.member AND NOT EXISTS (${closedOut})
  ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'moderator' THEN 1 ELSE 2 END, m.joined_at, m.pk LIMIT 1`
const otherOwner = `SELECT 1 FROM members m JOIN users u ON u.pk = m.member
  WHERE m.room = members.room AND m.role = 'owner' AND NOT EXISTS (${closedOut})`
const ownerless = `SELECT rooms.id AS room_id, users.id AS user_id, (${heir}) AS heir_id
  FROM accounts JOIN users ON users.id = accounts.id JOIN members ON members.member = users.pk
  JOIN rooms ON rooms.pk = members.room
  WHERE accounts.is_active = 0 AND members.role = 'owner' AND NOT EXISTS (${otherOwner})`

const isMember = `SELECT 1 AS found FROM members JOIN rooms ON rooms.pk = members.room JOIN users ON users.pk = members.member
  WHERE rooms.id = $1 AND users.id = $2`

/** Uses that were taken before are not given back. */
const endLinks = "UPDATE links SET uses = 0, uses_left = 0"

const signedIn = `SELECT ${sessionColumns}, ${accountColumns} FROM sessions JOIN accounts ON accounts.pk = sessions.account`

export function accountTables(run: Run): AccountTables {
  const one = async (sql: string, ...values: Value[]) => (await run(sql, values))[0]
  const account = async (where: "pk" | "id" | "login_key", value: Value) => {
    const row = await one(`SELECT ${accountColumns} FROM accounts WHERE ${where} = $1`, value)
    return row && toAccount(row)
  }
  const link = async (where: "hash" | "id", value: Value) => {
    const row = await one(`SELECT ${linkColumns} FROM links WHERE ${where} = $1`, value)
    return row && toLink(row)
  }
  return {
    access: async () => {
      const row = await one("SELECT auth, revision FROM access")
      return { auth: (row?.["auth"] ?? "open") as Auth, revision: Number(row?.["revision"]) }
    },
    setAuth: async (auth) => void (await run("UPDATE access SET auth = $1", [auth])),
    addRevision: async () => void (await run("UPDATE access SET revision = revision + 1")),

    accountById: (id) => account("id", id),
    accountByKey: (pk) => account("pk", pk),
    accountByLogin: (loginKey) => account("login_key", loginKey),
    addAccount: async ({ id, login, loginKey, username, password, role, isActive, linkId, dueRooms, createdAt }) => {
      const row = await one(
        `INSERT INTO accounts
           (id, login, login_key, username, password, role, is_active, link_id, due_rooms, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING pk`,
        ...[id, login, loginKey, username, password, role, Number(isActive), linkId, dueText(dueRooms), createdAt],
      )
      return Number(row?.["pk"])
    },
    saveAccount: async ({ pk, password, role, isActive, dueRooms }) => {
      await run("UPDATE accounts SET password = $2, role = $3, is_active = $4, due_rooms = $5 WHERE pk = $1", [
        ...[pk, password, role, Number(isActive), dueText(dueRooms)],
      ])
    },
    unknownToChat: async () =>
      (await run(`SELECT ${accountColumns} FROM accounts WHERE due_rooms IS NOT NULL ORDER BY pk`)).map(toAccount),
    countActiveAdmins: async () =>
      Number((await one("SELECT count(*) AS n FROM accounts WHERE role = 'admin' AND is_active = 1"))?.["n"]),
    people: async (after, limit) => {
      const rows = await run(
        `SELECT ${accountColumns}, users.username AS shown FROM accounts LEFT JOIN users ON users.id = accounts.id
         WHERE login_key > $1 ORDER BY login_key LIMIT $2`,
        [after, limit],
      )
      return rows.map((row) => ({ account: toAccount(row), username: text(row["shown"] ?? row["username"]) }))
    },
    usernameOf: async (id) =>
      (await one("SELECT username FROM users WHERE id = $1", id))?.["username"] as string | undefined,

    sessionByHash: async (hash) => {
      const row = await one(`${signedIn} WHERE sessions.hash = $1`, hash)
      return row && { account: toAccount(row), session: toSession(row) }
    },
    sessionsById: async (ids) => {
      const found = await Promise.all(ids.map((id) => one(`${signedIn} WHERE sessions.id = $1`, id)))
      return found.flatMap((row) => (row === undefined ? [] : [{ account: toAccount(row), session: toSession(row) }]))
    },
    sessionsOf: async (pk) =>
      (await run(`SELECT ${sessionColumns} FROM sessions WHERE account = $1 ORDER BY used_at DESC, pk DESC`, [pk])).map(
        toSession,
      ),
    addSession: async ({ id, hash, account, client, createdAt, usedAt, provenAt }) => {
      await run(
        "INSERT INTO sessions (id, hash, account, client, created_at, used_at, proven_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [id, hash, account, client, createdAt, usedAt, provenAt],
      )
    },
    touchSession: async (id, at) => void (await run("UPDATE sessions SET used_at = $2 WHERE id = $1", [id, at])),
    endSessions: async (pk, except = "") =>
      void (await run("DELETE FROM sessions WHERE account = $1 AND id <> $2", [pk, except])),
    endSession: async (pk, id) =>
      (await run("DELETE FROM sessions WHERE account = $1 AND id = $2 RETURNING id", [pk, id])).length > 0,

    accountByOutsideId: async ({ issuer, subject }) => {
      const row = await one(
        `SELECT ${accountColumns} FROM identities JOIN accounts ON accounts.pk = identities.account
         WHERE issuer = $1 AND subject = $2`,
        ...[issuer, subject],
      )
      return row && toAccount(row)
    },
    addOutsideId: async ({ issuer, subject }, account, at) => {
      await run("INSERT INTO identities (issuer, subject, account, created_at) VALUES ($1, $2, $3, $4)", [
        ...[issuer, subject, account, at],
      ])
    },

    outsideIdsOf: async (pk) =>
      (await run("SELECT issuer, subject FROM identities WHERE account = $1", [pk])).map(({ issuer, subject }) => {
        return { issuer: text(issuer), subject: text(subject) }
      }),
    removeOutsideIds: async (pk, after = -1) =>
      void (await run("DELETE FROM identities WHERE account = $1 AND created_at > $2", [pk, after])),

    passkeyByCredential: async (credentialId) => {
      const row = await one(`SELECT ${passkeyColumns} FROM passkeys WHERE credential_id = $1`, credentialId)
      return row && toPasskey(row)
    },
    passkeysOf: async (pk) =>
      (await run(`SELECT ${passkeyColumns} FROM passkeys WHERE account = $1 ORDER BY pk`, [pk])).map(toPasskey),
    addPasskey: async ({ id, credentialId, account, name, publicKey, counter, createdAt, usedAt }) => {
      await run(`INSERT INTO passkeys (${passkeyColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [
        ...[id, credentialId, account, name, publicKey, counter, createdAt, usedAt],
      ])
    },
    usePasskey: async (id, counter, at) =>
      void (await run("UPDATE passkeys SET counter = $2, used_at = $3 WHERE id = $1", [id, counter, at])),
    removePasskey: async (pk, id) =>
      (await run("DELETE FROM passkeys WHERE account = $1 AND id = $2 RETURNING id", [pk, id])).length > 0,
    removePasskeys: async (pk) => void (await run("DELETE FROM passkeys WHERE account = $1", [pk])),

    linkByHash: (hash) => link("hash", hash),
    linkById: (id) => link("id", id),
    invites: async (at, creatorId, limit) => {
      const open = "kind = 'invite' AND uses_left > 0 AND expires_at > $1"
      const rows =
        creatorId === undefined
          ? await run(`SELECT ${linkColumns} FROM links WHERE ${open} ORDER BY pk DESC LIMIT $2`, [at, limit])
          : await run(`SELECT ${linkColumns} FROM links WHERE ${open} AND creator_id = $2 ORDER BY pk DESC LIMIT $3`, [
              at,
              creatorId,
              limit,
            ])
      return rows.map(toLink)
    },
    addLink: async ({ id, hash, kind, account, creatorId, roomId, userId, uses, usesLeft, createdAt, expiresAt }) => {
      await run(`INSERT INTO links (${linkColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, [
        id,
        hash,
        kind,
        account,
        creatorId,
        roomId,
        userId,
        uses,
        usesLeft,
        createdAt,
        expiresAt,
      ])
    },
    useLink: async (id) => void (await run("UPDATE links SET uses_left = uses_left - 1 WHERE id = $1", [id])),
    giveBackLink: async (id) =>
      void (await run("UPDATE links SET uses_left = uses_left + 1 WHERE id = $1 AND uses_left < uses", [id])),
    endLink: async (id) => void (await run(`${endLinks} WHERE id = $1`, [id])),
    endLinksOf: async (pk) => void (await run(`${endLinks} WHERE account = $1`, [pk])),
    endDeviceLinks: async (pk) =>
      void (await run(`${endLinks} WHERE account = $1 AND kind = 'device' AND creator_id IS NOT NULL`, [pk])),
    endLinksBy: async (creatorId) => void (await run(`${endLinks} WHERE creator_id = $1`, [creatorId])),
    sweep: async (at, usedBefore, createdBefore) => {
      await run("DELETE FROM links WHERE expires_at < $1", [at])
      await run("DELETE FROM sessions WHERE used_at < $1 OR created_at < $2", [usedBefore, createdBefore])
    },

    ownerlessRooms: async () =>
      (await run(ownerless)).flatMap(({ room_id, user_id, heir_id }) =>
        heir_id === null ? [] : [{ roomId: room_id as RoomId, userId: user_id as UserId, heirId: heir_id as UserId }],
      ),

    firstRoom: async () =>
      (await one("SELECT id FROM rooms WHERE creator_id IS NULL AND deleted_at IS NULL ORDER BY pk LIMIT 1"))?.["id"] as
        | RoomId
        | undefined,
    roomName: async (id) =>
      (await one("SELECT name FROM rooms WHERE id = $1 AND deleted_at IS NULL AND visibility <> 'direct'", id))?.[
        "name"
      ] as string | undefined,
    isMember: async (userId, roomId) => (await one(isMember, roomId, userId)) !== undefined,
  }
}

function toAccount(row: Row): AccountRecord {
  const due = row["due_rooms"]
  return {
    pk: Number(row["pk"]),
    id: row["id"] as UserId,
    login: text(row["login"]),
    loginKey: text(row["login_key"]),
    username: text(row["username"]),
    password: row["password"] as string | null,
    role: row["role"] as Role,
    isActive: Number(row["is_active"]) === 1,
    linkId: row["link_id"] as string | null,
    dueRooms: due === null || due === undefined ? null : JSON.parse(text(due)),
    createdAt: Number(row["created_at"]),
  }
}

function toSession(row: Row): SessionRecord {
  return {
    id: text(row["session_id"]),
    hash: text(row["hash"]),
    account: Number(row["account"]),
    client: text(row["client"]),
    createdAt: Number(row["began_at"]),
    usedAt: Number(row["used_at"]),
    provenAt: row["proven_at"] === null ? null : Number(row["proven_at"]),
  }
}

function toPasskey(row: Row): PasskeyRecord {
  return {
    id: text(row["id"]),
    credentialId: text(row["credential_id"]),
    account: Number(row["account"]),
    name: text(row["name"]),
    publicKey: text(row["public_key"]),
    counter: Number(row["counter"]),
    createdAt: Number(row["created_at"]),
    usedAt: row["used_at"] === null ? null : Number(row["used_at"]),
  }
}

function toLink(row: Row): LinkRecord {
  return {
    id: text(row["id"]),
    hash: text(row["hash"]),
    kind: row["kind"] as LinkRecord["kind"],
    account: row["account"] === null ? null : Number(row["account"]),
    creatorId: row["creator_id"] as UserId | null,
    roomId: row["room_id"] as RoomId | null,
    userId: row["user_id"] as UserId | null,
    uses: Number(row["uses"]),
    usesLeft: Number(row["uses_left"]),
    createdAt: Number(row["created_at"]),
    expiresAt: Number(row["expires_at"]),
  }
}

function dueText(dueRooms: AccountRecord["dueRooms"]): string | null {
  return dueRooms === null ? null : JSON.stringify(dueRooms)
}

function text(value: Value | undefined): string {
  return String(value ?? "")
}
