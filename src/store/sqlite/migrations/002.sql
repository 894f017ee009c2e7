-- From version 1, that of Warren 0.1.0: a key of their own for messages, and the epoch.

DROP INDEX messages_changed;
ALTER TABLE messages RENAME TO messages_1;
CREATE TABLE messages (
  pk         INTEGER PRIMARY KEY,
  room       INTEGER NOT NULL REFERENCES rooms,
  seq        INTEGER NOT NULL,
  rev        INTEGER NOT NULL,
  id         TEXT    NOT NULL UNIQUE,
  author     INTEGER NOT NULL REFERENCES users,
  type       TEXT    NOT NULL,
  content    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  edited_at  INTEGER,
  deleted_at INTEGER,
  reply_to   INTEGER,
  files      TEXT,
  extra      TEXT,
  UNIQUE (room, seq)
) STRICT;
INSERT INTO messages
  SELECT rowid, room, seq, rev, id, author, type, content, created_at, edited_at, deleted_at, reply_to, NULL, NULL
  FROM messages_1 ORDER BY rowid;
DROP TABLE messages_1;
CREATE INDEX messages_changed ON messages (room, rev) WHERE rev <> seq;

ALTER TABLE totals RENAME TO totals_1;
CREATE TABLE totals (
  rooms     INTEGER NOT NULL,
  messages  INTEGER NOT NULL,
  probed_at INTEGER NOT NULL,
  epoch     TEXT    NOT NULL
) STRICT;
INSERT INTO totals SELECT rooms, messages, probed_at, '' FROM totals_1;
DROP TABLE totals_1;

-- Files that people send. The bytes are beside the database, under their hash, which several rows may share; what a
-- message shows of its files is in the message. A row that neither a message nor a profile holds is removed once it is a
-- day old.
CREATE TABLE files (
  pk            INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE, -- 128 random bits: the key to it
  sha256        TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  mime_type     TEXT    NOT NULL,
  bytes         INTEGER NOT NULL,
  width         INTEGER,
  height        INTEGER,
  has_thumbnail INTEGER NOT NULL,
  owner_id      TEXT,                    -- NULL where nobody is known
  created_at    INTEGER NOT NULL,        -- 0 once what held it let go of it
  message       INTEGER,                 -- the pk of the message that holds it
  picture_of    INTEGER                  -- the pk of the user whose picture it is
) STRICT;

CREATE INDEX files_loose ON files (created_at) WHERE message IS NULL AND picture_of IS NULL;
CREATE INDEX files_held ON files (message) WHERE message IS NOT NULL;
CREATE INDEX files_pictures ON files (picture_of) WHERE picture_of IS NOT NULL;
CREATE INDEX files_bytes ON files (sha256);

-- Reactions.
CREATE TABLE reactions (
  pk      INTEGER PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES messages,
  emoji   TEXT    NOT NULL,
  reactor INTEGER NOT NULL REFERENCES users,
  UNIQUE (message, emoji, reactor)
) STRICT;

-- Members, bans, and what a room is beside its name. Authors become members, creators owners, and both have read all.
-- A creator who never joined is stored under its id.
ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN access_rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN only_one TEXT;
ALTER TABLE rooms ADD COLUMN deleted_by TEXT;
ALTER TABLE rooms ADD COLUMN deleted_at INTEGER;
ALTER TABLE rooms ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN purge_seq INTEGER;
ALTER TABLE rooms ADD COLUMN keep_days INTEGER;
ALTER TABLE rooms ADD COLUMN hidden_for TEXT;
CREATE INDEX rooms_purged ON rooms (pk) WHERE purge_seq IS NOT NULL;
CREATE INDEX rooms_kept ON rooms (pk) WHERE keep_days IS NOT NULL;
CREATE UNIQUE INDEX rooms_only_one ON rooms (only_one) WHERE only_one IS NOT NULL;

CREATE TABLE members (
  pk         INTEGER PRIMARY KEY,
  room       INTEGER NOT NULL REFERENCES rooms,
  member     INTEGER NOT NULL REFERENCES users,
  role       TEXT    NOT NULL,
  joined_at  INTEGER NOT NULL,
  read_seq   INTEGER NOT NULL,
  notify     TEXT,
  seen_at    INTEGER NOT NULL,
  UNIQUE (room, member)
) STRICT;

CREATE TABLE bans (
  pk         INTEGER PRIMARY KEY,
  room       INTEGER NOT NULL REFERENCES rooms,
  banned     INTEGER NOT NULL REFERENCES users,
  created_at INTEGER NOT NULL,
  UNIQUE (room, banned)
) STRICT;

INSERT OR IGNORE INTO users (id, username, created_at, updated_at)
  SELECT creator_id, substr(creator_id, 1, 64), created_at, created_at FROM rooms WHERE creator_id IS NOT NULL ORDER BY pk;

-- One look-up for each message, where GROUP BY would sort them all.
CREATE TABLE joined (room, member, since, PRIMARY KEY (room, member)) WITHOUT ROWID;
INSERT OR IGNORE INTO joined SELECT room, author, created_at FROM messages ORDER BY pk;
INSERT OR IGNORE INTO joined SELECT r.pk, u.pk, r.created_at FROM rooms AS r JOIN users AS u ON u.id = r.creator_id;
INSERT INTO members (room, member, role, joined_at, read_seq, seen_at)
  SELECT r.pk, u.pk, iif(u.id = r.creator_id, 'owner', 'member'), since, r.rev, unixepoch() * 1000
  FROM joined JOIN rooms AS r ON r.pk = room JOIN users AS u ON u.pk = member ORDER BY since, u.pk, r.pk;
DROP TABLE joined;

CREATE INDEX members_of ON members (member, pk);

UPDATE rooms SET members = (SELECT count(*) FROM members WHERE room = rooms.pk);

-- People, where the server keeps them (AUTH=accounts). Of passwords, tokens and codes it has hashes only.
CREATE TABLE accounts (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  login      TEXT    NOT NULL,
  login_key  TEXT    NOT NULL UNIQUE,
  username   TEXT    NOT NULL,
  password   TEXT,
  role       TEXT    NOT NULL,
  is_active  INTEGER NOT NULL,
  link_id    TEXT,
  due_rooms  TEXT,
  created_at INTEGER NOT NULL
) STRICT;

-- Where somebody is signed in.
CREATE TABLE sessions (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  hash       TEXT    NOT NULL UNIQUE,
  account    INTEGER NOT NULL REFERENCES accounts,
  client     TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  proven_at  INTEGER
) STRICT;

CREATE INDEX sessions_account ON sessions (account);

-- Who somebody is to the provider that people sign in with (OIDC).
CREATE TABLE identities (
  pk         INTEGER PRIMARY KEY,
  issuer     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  account    INTEGER NOT NULL REFERENCES accounts,
  created_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;

-- Passkeys that somebody signs in with.
CREATE TABLE passkeys (
  pk            INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,
  credential_id TEXT    NOT NULL UNIQUE,
  account       INTEGER NOT NULL REFERENCES accounts,
  name          TEXT    NOT NULL,
  public_key    TEXT    NOT NULL,
  counter       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  used_at       INTEGER
) STRICT;

CREATE INDEX passkeys_account ON passkeys (account);

-- Links that somebody signs in or up with.
CREATE TABLE links (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  hash       TEXT    NOT NULL UNIQUE,
  kind       TEXT    NOT NULL,
  account    INTEGER REFERENCES accounts,
  creator_id TEXT,
  room_id    TEXT,
  user_id    TEXT,
  uses       INTEGER NOT NULL,
  uses_left  INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX links_account ON links (account) WHERE account IS NOT NULL;

-- One row: how it was known who people are when this was last served, and a number that grows when sessions end or
-- rights change, so that every server and command sees what another did.
CREATE TABLE access (
  pk       INTEGER PRIMARY KEY,
  auth     TEXT    NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

INSERT INTO access VALUES (1, 'open', 0);

-- Mentions.
CREATE TABLE mentions (
  pk        INTEGER PRIMARY KEY,
  room      INTEGER NOT NULL REFERENCES rooms,
  mentioned INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  UNIQUE (room, mentioned, seq)
) STRICT;
CREATE INDEX mentions_of ON mentions (room, seq);
