-- Warren's data, version 2. Keys inside are integers; the ids that clients see are UUIDs (users choose theirs).
-- Times are milliseconds since 1970-01-01T00:00:00Z. A change here needs a file in src/store/sqlite/migrations.

CREATE TABLE rooms (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  visibility TEXT    NOT NULL,           -- 'public', 'unlisted', 'private' or 'direct'
  creator_id TEXT,                       -- as the client gave it: creating a room stores no user; NULL: the server itself
  created_at INTEGER NOT NULL,
  rev        INTEGER NOT NULL DEFAULT 0, -- the last number given to a change of the room's messages
  last_at    INTEGER NOT NULL,           -- the newest created_at in the room: none after it is older
  topic      TEXT    NOT NULL DEFAULT '',
  members    INTEGER NOT NULL DEFAULT 0, -- how many there are
  access_rev INTEGER NOT NULL DEFAULT 0, -- counts changes of who may do what here, and of what the room is called
  only_one   TEXT,                       -- what there is one room of: a direct room's people, a repeated request
  deleted_by TEXT,                       -- the user who deleted it; the row stays, so that its id is free for nobody
  deleted_at INTEGER,
  forgotten  INTEGER NOT NULL DEFAULT 0, -- messages up to this seq were removed, since they were too old to be kept
  purge_seq  INTEGER,                    -- of a deleted room: up to there its messages are still to be emptied
  keep_days  INTEGER,                    -- messages older than that are removed; NULL: as the server does
  hidden_for TEXT                        -- JSON, of a direct room: the members who put it away until its next message
) STRICT;

-- The list of rooms, latest activity first; the id decides between rooms of one moment.
CREATE INDEX rooms_listed ON rooms (last_at, id) WHERE visibility = 'public';

CREATE INDEX rooms_purged ON rooms (pk) WHERE purge_seq IS NOT NULL;
CREATE INDEX rooms_kept ON rooms (pk) WHERE keep_days IS NOT NULL;
CREATE UNIQUE INDEX rooms_only_one ON rooms (only_one) WHERE only_one IS NOT NULL;

CREATE TABLE users (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  username   TEXT    NOT NULL,
  avatar     TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- In the order they came, whatever their room: clustered by room, a message costs a quarter more of a server's CPU
-- (each batch then splits pages all over the file), and a page of history is hardly cheaper.
CREATE TABLE messages (
  pk         INTEGER PRIMARY KEY,        -- grows in the order they came
  room       INTEGER NOT NULL REFERENCES rooms,
  seq        INTEGER NOT NULL,           -- the rooms.rev it was created with; orders the room. Negative once it is
                                         -- deleted: pages of what is there then pass by it, however many there are
  rev        INTEGER NOT NULL,           -- the rooms.rev of its latest change
  id         TEXT    NOT NULL UNIQUE,
  author     INTEGER NOT NULL REFERENCES users,
  type       TEXT    NOT NULL,           -- 'text' or 'image'; no CHECK, which could never learn a third
  content    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  edited_at  INTEGER,
  deleted_at INTEGER,
  reply_to   INTEGER,                    -- a seq of the same room, as it was created with
  files      TEXT,                       -- JSON, as the message shows them; NULL for most
  extra      TEXT,                       -- what only few have, as JSON: {mentions, mentionsRoom, reactions, change}
  UNIQUE (room, seq)
) STRICT;

-- Catching up on changes costs nothing for the messages that were never changed.
CREATE INDEX messages_changed ON messages (room, rev) WHERE rev <> seq;

-- Who belongs to a room, here or not.
CREATE TABLE members (
  pk         INTEGER PRIMARY KEY,        -- grows in the order of becoming a member
  room       INTEGER NOT NULL REFERENCES rooms,
  member     INTEGER NOT NULL REFERENCES users,
  role       TEXT    NOT NULL,           -- 'owner', 'moderator' or 'member'
  joined_at  INTEGER NOT NULL,
  read_seq   INTEGER NOT NULL,           -- all up to there is read
  notify     TEXT,                       -- NULL: the room's default
  seen_at    INTEGER NOT NULL,           -- when they last joined, to the day
  UNIQUE (room, member)
) STRICT;

-- One's own rooms.
CREATE INDEX members_of ON members (member, pk);

CREATE TABLE bans (
  pk         INTEGER PRIMARY KEY,
  room       INTEGER NOT NULL REFERENCES rooms,
  banned     INTEGER NOT NULL REFERENCES users,
  created_at INTEGER NOT NULL,
  UNIQUE (room, banned)
) STRICT;

-- One row, kept by the transaction that changes what it counts. A readiness probe writes probed_at, and so does a server
-- by itself: when the data was served last.
CREATE TABLE totals (
  rooms     INTEGER NOT NULL,
  messages  INTEGER NOT NULL,
  probed_at INTEGER NOT NULL,
  epoch     TEXT    NOT NULL             -- names this life of the data; '' in a copy, and whoever serves it names it anew
) STRICT;

INSERT INTO totals VALUES (0, 0, 0, '');

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

-- Who has which emoji on a message. What is told of them, how many and the first few, stands in the message itself.
CREATE TABLE reactions (
  pk      INTEGER PRIMARY KEY,           -- grows in the order they came
  message INTEGER NOT NULL REFERENCES messages,
  emoji   TEXT    NOT NULL,
  reactor INTEGER NOT NULL REFERENCES users,
  UNIQUE (message, emoji, reactor)
) STRICT;

-- People, where the server keeps them (AUTH=accounts). Of passwords, tokens and codes it has hashes only.
CREATE TABLE accounts (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,    -- the user's
  login      TEXT    NOT NULL,           -- as it was chosen
  login_key  TEXT    NOT NULL UNIQUE,    -- the same, whatever its case
  username   TEXT    NOT NULL,           -- until there is the user, whose name counts from then on
  password   TEXT,                       -- argon2id; NULL until one is chosen
  role       TEXT    NOT NULL,           -- 'admin' or 'member'
  is_active  INTEGER NOT NULL,           -- 0: may not sign in
  link_id    TEXT,                       -- the link that made it
  due_rooms  TEXT,                       -- JSON: what it is still to become a member of; NULL once that is done
  created_at INTEGER NOT NULL
) STRICT;

-- Where somebody is signed in.
CREATE TABLE sessions (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  hash       TEXT    NOT NULL UNIQUE,    -- of the token
  account    INTEGER NOT NULL REFERENCES accounts,
  client     TEXT    NOT NULL,           -- what the browser or program calls itself
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  proven_at  INTEGER                     -- when its owner showed who they are; NULL: a link from another device began it
) STRICT;

CREATE INDEX sessions_account ON sessions (account);

-- Who somebody is to the provider that people sign in with (OIDC).
CREATE TABLE identities (
  pk         INTEGER PRIMARY KEY,
  issuer     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,           -- the issuer's own name for them, which it gives nobody else
  account    INTEGER NOT NULL REFERENCES accounts,
  created_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;

-- Passkeys that somebody signs in with.
CREATE TABLE passkeys (
  pk            INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,
  credential_id TEXT    NOT NULL UNIQUE, -- the authenticator's name for it
  account       INTEGER NOT NULL REFERENCES accounts,
  name          TEXT    NOT NULL,
  public_key    TEXT    NOT NULL,        -- COSE, in base64url
  counter       INTEGER NOT NULL,        -- how often it was used, as far as it counts
  created_at    INTEGER NOT NULL,
  used_at       INTEGER                  -- NULL until it signs in
) STRICT;

CREATE INDEX passkeys_account ON passkeys (account);

-- Links that somebody signs in or up with.
CREATE TABLE links (
  pk         INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  hash       TEXT    NOT NULL UNIQUE,    -- of the code
  kind       TEXT    NOT NULL,           -- 'setup', 'invite', 'reset' or 'device'
  account    INTEGER REFERENCES accounts, -- whom a reset or a device signs in
  creator_id TEXT,                       -- NULL: the server, or its terminal
  room_id    TEXT,                       -- where an invite leads
  user_id    TEXT,                       -- the earlier user that whoever uses it becomes
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
  auth     TEXT    NOT NULL,             -- 'open', 'token' or 'accounts'
  revision INTEGER NOT NULL
) STRICT;

INSERT INTO access VALUES (1, 'open', 0);

-- Whom messages mention, so that unread mentions are counted by an index.
CREATE TABLE mentions (
  pk        INTEGER PRIMARY KEY,
  room      INTEGER NOT NULL REFERENCES rooms,
  mentioned INTEGER NOT NULL,            -- a user other than the author; 0 is everybody in the room
  seq       INTEGER NOT NULL,            -- of the message
  UNIQUE (room, mentioned, seq)
) STRICT;

CREATE INDEX mentions_of ON mentions (room, seq);
