-- A small Campfire: three people, an open room, a closed one and a direct one.
CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, email_address varchar, password_digest varchar, role integer DEFAULT 0 NOT NULL, status integer DEFAULT 0 NOT NULL, bio text, bot_token varchar, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE rooms (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar, type varchar NOT NULL, creator_id bigint NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE memberships (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, room_id integer NOT NULL, user_id integer NOT NULL, involvement varchar DEFAULT 'mentions', unread_at datetime(6), connected_at datetime(6), connections integer DEFAULT 0 NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE messages (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, room_id integer NOT NULL, creator_id integer NOT NULL, client_message_id varchar NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE boosts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, message_id integer NOT NULL, booster_id integer NOT NULL, content varchar(16) NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE action_text_rich_texts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, body text, record_type varchar NOT NULL, record_id bigint NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE active_storage_blobs (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, "key" varchar NOT NULL, filename varchar NOT NULL, content_type varchar, metadata text, service_name varchar NOT NULL, byte_size bigint NOT NULL, checksum varchar, created_at datetime(6) NOT NULL);
CREATE TABLE active_storage_attachments (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, record_type varchar NOT NULL, record_id bigint NOT NULL, blob_id bigint NOT NULL, created_at datetime(6) NOT NULL);

INSERT INTO users (id, name, role, status, created_at, updated_at) VALUES
  (1, 'Ann', 1, 0, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000'),
  (2, 'Bob', 0, 0, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000'),
  (3, 'Cleo', 0, 1, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000');
INSERT INTO rooms (id, name, type, creator_id, created_at, updated_at) VALUES
  (1, 'Everyone', 'Rooms::Open', 1, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000'),
  (2, 'Closed', 'Rooms::Closed', 2, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000'),
  (3, NULL, 'Rooms::Direct', 2, '2024-01-30 10:00:00.000000', '2024-01-30 10:00:00.000000');
INSERT INTO memberships (room_id, user_id, created_at, updated_at) VALUES
  (1, 1, '2024-01-30 10:00:00.000000', ''), (1, 2, '2024-01-30 10:00:00.000000', ''),
  (2, 2, '2024-01-30 10:00:00.000000', ''), (3, 2, '2024-01-30 10:00:00.000000', ''),
  (3, 1, '2024-01-30 10:00:00.000000', '');
INSERT INTO messages (id, room_id, creator_id, client_message_id, created_at, updated_at) VALUES
  (1, 1, 1, 'a', '2024-01-31 12:00:00.123456', '2024-01-31 14:00:00.000000'),
  (2, 1, 2, 'b', '2024-01-31 12:00:01.000000', '2024-01-31 13:00:00.000000'),
  (3, 1, 3, 'c', '2024-01-31 12:00:02.000000', '2024-01-31 12:00:02.000000'),
  (4, 1, 1, 'd', '2024-01-31 12:00:03.000000', '2024-01-31 12:00:03.000000'),
  (5, 3, 2, 'e', '2024-01-31 12:00:04.000000', '2024-01-31 12:00:04.000000');
INSERT INTO boosts (message_id, booster_id, content, created_at, updated_at) VALUES
  (1, 2, '👍', '2024-01-31 14:00:00.000000', ''), (1, 2, 'Nice!', '2024-01-31 14:00:00.000000', '');
INSERT INTO action_text_rich_texts (name, record_type, record_id, created_at, updated_at) VALUES
  ('body', 'Message', 1, '2024-01-31 12:00:00.123456', '2024-01-31 12:00:00.200000'),
  ('body', 'Message', 2, '2024-01-31 12:00:01.000000', '2024-01-31 13:00:00.000000'),
  ('body', 'Message', 5, '2024-01-31 12:00:04.000000', '2024-01-31 12:00:04.000000');
INSERT INTO active_storage_blobs (id, "key", filename, service_name, byte_size, created_at) VALUES
  (1, 'abcdefgh', 'notes.txt', 'local', 5, '2024-01-31 12:00:02.000000'),
  (2, 'zzzzzzzz', 'lost.png', 'local', 5, '2024-01-31 12:00:03.000000');
INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at) VALUES
  ('attachment', 'Message', 3, 1, '2024-01-31 12:00:02.000000'),
  ('attachment', 'Message', 4, 2, '2024-01-31 12:00:03.000000');
