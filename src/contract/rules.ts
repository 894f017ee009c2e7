/**
 * What a client may rely on, as numbered rules. A rule is only ever added to: a client
 * that was written against the first version keeps working. Tests cite the numbers.
 * CommonMark with `code` as its only markup.
 */
export const rules = {
  // Connection
  CONN1:
    "Socket.IO 4 (Engine.IO 4) at /socket.io/, over websocket and polling, upgrade included; the only namespace is /, any other is refused with `connect_error`.",
  CONN2: "A client hears what its own requests led to and the broadcasts of the rooms it is in, and nothing else.",
  CONN3: "A server that stops looks like a lost transport, so clients come back by themselves.",

  // Requests and answers
  ACK1: "A request may carry an acknowledgement callback; it is called exactly once while the connection lasts, after everything else that the request brings to its own socket.",
  ACK2: "An error is `{code, message}`, with event, field, `roomId` or `retryAfterMs` where they help; it goes to the callback if there is one, else it is the event `error`, to the offender alone.",
  ORD1: "The requests of one socket take effect, and are answered, in the order sent; no answer need be awaited before the next.",
  ERR1: "Error codes are API: new ones may come, none is renamed. After `ERR_STORAGE` or `ERR_BUSY` a send may or may not have happened: repeat it with the same id.",
  ERR2: "No input ends the process or anybody else's connection, and no answer contains a stack or a path.",
  ERR3: "Of several reasons the first of these is given: `ERR_BUSY`, `ERR_RATE_LIMITED` by the rate of such requests, `ERR_TOO_LARGE`, `ERR_UNKNOWN_EVENT`, `ERR_VALIDATION`, `ERR_NOT_IN_ROOM` (also when the room does not exist, except for `join_room`), `ERR_FORBIDDEN`; then what other limits and the stored data say, `ERR_CONFLICT` for one.",
  VAL1: "Texts have bounds in code points and are kept verbatim: control characters, lone surrogates and texts with nothing visible are refused, and in names and user ids also what is invisible or turns the direction of writing. Ids are UUIDs in any case, kept in lower case. Unknown fields are ignored, and null means absent, except that it clears an avatar. A payload that is left out or null is `{}`.",
  VAL2: 'A message is of type "text", the default, or "image", whose content is its http(s) URL.',
  VAL3: "A request above 64 KiB is answered `ERR_TOO_LARGE`, binary data `ERR_VALIDATION`; a frame or POST above 256 KiB closes the connection.",

  // Rooms
  ROOM1:
    "`create_room` tells its socket `room_created` and answers `{room}`. It joins nobody; names may repeat; ids are random.",
  ROOM2: "A room is unlisted, known by its id alone, unless `create_room` asks for visibility public.",
  ROOM3: "A server that never had a room begins with a public one, General.",
  JOIN1:
    "`join_room` stores the user, enters the room, sends `history` to this socket and `user_joined` to the others, and answers with the room, its rev and who is here. An avatar left out stays, null clears it, and the username given wins. A join that changes nothing writes nothing.",
  JOIN2: "Joining a room that does not exist is `ERR_ROOM_NOT_FOUND` and creates none.",
  JOIN3: "A socket may be in many rooms. Joining one again sends `history` again, and tells nobody.",
  JOIN4:
    "A user is in a room while one of its sockets is: the first is told as `user_joined`, the end of the last as `user_left`. The others are all other sockets, the same user's included.",
  JOIN5:
    "Joining binds the socket to that `userId` in that room; acting there under another is `ERR_FORBIDDEN`, and joining again under another is leaving and joining.",
  JOIN6: "Entering and the snapshot are one step: the first live event after history is its rev + 1.",
  JOIN7:
    "A handshake may rejoin: `auth.rooms` lists up to 100 payloads of `join_room`. They take effect before any packet of that connection, in that order, as if sent with an acknowledgement that nobody awaits; what fails comes as `error`.",
  JOIN8:
    "In a room with more than 500 users here nobody's coming and going is told: `room_presence` `{roomId, memberCount}` stands in for it, at most once a second. Up to 500, each one is told.",
  LEAVE1:
    "`leave_room` tells the others `user_left` with reason leave, for the user's last socket there; leaving a room one is not in is no error.",
  LEAVE2:
    "A lost connection leaves every room, with reason disconnect, and ends typing. A server that stops announces neither.",

  // Members
  MEM1: "Whoever joins becomes a member, with everything read, and stays one through `leave_room`, lost connections and restarts; `leave_room` with `forGood` true ends it. Roles are owner, moderator and member. The creator owns the room from its creation on; a last owner who leaves for good hands it to its oldest moderator, else member.",
  MEM2: "`my_rooms` pages through the rooms one is a member of, in the order of becoming one, each with one's role and what is unread. Its first page subscribes this socket to what concerns the user: what was told before the answer is in it, what is told after is newer. A socket hears one user; asking for another replaces it; after a reconnection it asks again.",
  MEM4: "A member adds others (`add_member`), an owner says who does what (`set_role`), a moderator removes who is lower (`remove_member`), and where an administrator is a member, they moderate. Whoever is removed is put out at once, on every server: they and the others hear `user_left` with reason removed, and nothing of the room is answered to them from then on. With ban they stay out until `unban_member`; `add_member` lifts no ban. A last owner stays one. A room has up to 5,000 members, and a user is in up to 500 rooms, where it is known who they are. What is already so changes nothing.",
  MEM3: "`list_members` answers a member, joined or not, with everybody who belongs to the room, by name, with their role and whether they are here, and how many there are and are online in all.",
  MEM5: "To whoever is no member of a private or direct room, or no longer one, it does not exist: each request is answered as if nobody had ever made it, and as fast. Whoever is banned meets a public or unlisted room with `ERR_FORBIDDEN`.",
  ROOM4:
    "`create_room` takes visibility private, a topic, and a `requestId`: the same again from the same user answers with the same room. `update_room` changes name and topic for moderators, and visibility between public and unlisted for owners. Private stays private.",
  ROOM5:
    "`delete_room` by an owner: messages, files and memberships are gone, and everybody's sockets leave, with reason deleted. Its deleter may ask again; to all others it never was, and its id and those of its messages are free for nobody.",
  ROOM6:
    "`open_direct` answers with the one direct room of exactly these people, up to 9 with oneself, also when two ask at once. It is called Direct, all are its members, and who they are never changes; `leave_room` with `forGood` puts it away until the next message, which brings it back to whoever did so, as `room_added`. 60 new ones an hour.",
  ROOM7:
    "`get_room` answers with a room's name, topic and visibility: of a public or unlisted one, or to a member. Else `ERR_ROOM_NOT_FOUND`.",
  ROOM8:
    "An owner says for how many days the room keeps its messages (`keepDays` of `update_room`), and whoever reads the room is told. Older ones are removed as HIST8 has it, within an hour. Where the server keeps messages for fewer days, those count; 0 leaves it to the server again.",
  OPEN1:
    "With `AUTH=open` nobody is known to be who they say, so what depends on that is `ERR_FORBIDDEN` there: private and direct rooms, adding and removing members, roles, bans, changing and deleting rooms, and deleting what others wrote. `list_members` and `my_rooms` show public rooms and those this socket is in. A membership ends after 30 days without a join.",

  // People
  USER1:
    "`list_users` pages through whom one may write to, in the order they became known, or those whose name contains query; `get_user` tells of one. With `LIST_USERS=off` both show only people one shares a room with. An account that is deactivated is not listed.",
  USER2:
    "`update_profile` changes one's own name and picture; what a token says is `ERR_FORBIDDEN` here. It is told as `user_updated` to people one shares a room with, as is a join under another name, and lists of who is here have it from then on. A picture may be the absolute address of a picture of one's own that was uploaded and that no message holds: the profile then holds it until it has another.",
  USER3:
    "`presence_updated` tells which people one shares a room with came online or went away, once that has lasted 5 s, and at most once in 5 s. A connection that flaps for less is silent. In a room of which more than 500 people hear, nobody is told.",

  // Reading
  READ1:
    "`mark_read` moves how far a user has read in a room, forward only; a seq above the room's counts as its last. The user's sockets that asked `my_rooms` hear `read_updated`, the asking one too, before its answer. Sending marks what came before as read, and a new member begins at the end. It is on disk within 5 s; a crash may lose that much.",
  READ2:
    "unread counts the messages of others above `readSeq` that are not deleted, mentions those of them that mention the user or answer one of theirs. Both stop at 100, and cost the same in a room of a hundred messages and of a million.",
  NOTIFY1:
    "`set_notifications` says what of a room may disturb: all, the default in direct rooms, mentions, the default elsewhere, or none. What is unread is counted at every level.",
  PERS1:
    "Sockets that asked `my_rooms`, and no others, hear what concerns their user: `room_added`, `room_updated`, `room_removed`, `membership_updated`, `read_updated`, `user_updated` of people one shares a room with, and for rooms that this socket has not joined `room_activity`. Those two say how the room stands at its rev. `room_activity` follows the first change at once. What changes within a second after it, in whatever rooms, comes together at its end, of 20 rooms at most and of the others a second later; the last that comes is true. Where more than 125 people hear, it is longer: up to four seconds where they are 500.",
  PERS2: "Those events are hints about what `my_rooms` answers: whoever was away asks again.",

  // Discovery
  LIST1:
    "`list_rooms` answers with the public rooms, latest activity first: a message, or the room's creation. `memberCount` is who is here now, and `lastMessageAt` is null before the first message. Nothing tells of an unlisted room.",
  LIST2: "query keeps the rooms whose name contains it, whatever the case, the accents and the width of its letters.",
  LIST3:
    "A page goes on with the cursor of the one before. While there is a cursor there may be more, even after a page that is short or empty. A room that becomes active meanwhile moves to the front, and no room is given twice.",
  LIST4: "`LIST_ROOMS=off`: `list_rooms` is `ERR_FORBIDDEN`.",
  HERE1:
    "`get_members` pages through who is in a room this socket is in, within the bounds of a join's members. Who stays is given once; the cursor holds while this socket stays too.",

  // Messages
  MSG1: "A message carries its room, seq, rev, type, content, author and time. Times are the server's, in ISO 8601 UTC with milliseconds; within a room they stand still rather than go back, by at most a minute: a clock that jumps back further is followed, and the log says so. seq, not time, gives the order. The author's name and avatar are those of the moment it is read.",
  SEND1:
    "`send_message` reaches every socket in the room, the sender's included, and answers `{message}`; outside the room it is `ERR_NOT_IN_ROOM`.",
  SEND2: "Nobody is told of a message, a room or a user before it is on disk.",
  SEND3:
    "An id chosen by the client makes a retry harmless for ever: the same user in the same room gets the stored message and duplicate: true, and nothing else happens. To anybody else, and anywhere else, the id is `ERR_CONFLICT`.",
  MSG2: "Only where there is something to say a message also carries `editedAt`, `deletedAt`, `replyTo` (the original as it is when this is read), `mentions`, `mentionsRoom` and `reactions`: up to 20 emoji in the order of first use, each with its count and its first 10 users. What is told is the same for everybody; in answers and pages `isMine` stands beside the reactions of who asks.",
  MSG3: "A change of a message takes the room's next rev; seq and time stay. It is told, once it is on disk, as `message_updated`: the whole message, and what was done by whom. It moves no room in any list. Where several changes of a message were missed, only the last is told.",
  EDIT1:
    "`edit_message` is for the author of a text, or of files without one, which become a text with files. The same content again changes nothing: it takes no number and tells nobody. A message that is unknown or deleted is `ERR_NOT_FOUND`, and that comes before `ERR_FORBIDDEN`.",
  DEL1: "`delete_message` is for the author, and for moderators of the room where it is known who is who. What is left is an empty content and `deletedAt`, without reactions, mentions or files; nothing gives the old text once it is answered, and within an hour it is overwritten in the files of the data; backups keep it. Again, it changes nothing.",
  DEL2: "`history` without since and `get_history` leave deleted messages out; pages by since contain them. A send that is repeated is answered with what is stored, a deleted message too.",
  REACT1:
    "`react` puts one emoji on a message or takes it away, each user for itself. On when it is on, and off when it is off, changes nothing. An emoji is one fully qualified RGI emoji of Unicode.",
  REPLY1:
    "`send_message` with `replyTo` answers a message of the same room; one that is unknown or deleted is `ERR_NOT_FOUND`. The excerpt follows the original: edited, deleted, its author renamed.",
  MENT1:
    "`send_message` and `edit_message` take mentions, at most 50 users, of whom those are kept that are members, and `mentionsRoom`, from moderators or in rooms of at most 50 members (else `ERR_FORBIDDEN`). A reply mentions whom it answers. Nothing else does; the text is the client's. An edit that leaves them out keeps them.",
  SEQ1: "Every change of a room's messages takes the room's next rev, from 1, without gaps; live events arrive in that order, so a jump means something was missed. seq is the rev a message was created with.",
  HIST1:
    "`history` is the latest 50 messages, oldest first. To a join that carried since or an acknowledgement it has a second argument, `{roomId, rev, epoch, hasMore}`; to any other it has exactly one.",
  HIST2:
    "`join_room` with since brings what changed after that rev, in the order of rev, at most 200; across restarts and after any absence. While `hasMore`, the next since is the last message's rev; afterwards it is rev. A since the room never issued brings the latest page and reset: true.",
  HIST3:
    "sync brings the same as an answer, at any time after a join. A limit out of bounds is refused, never clamped.",
  HIST4:
    "`get_history` is the page before a seq, oldest first, 50 unless a limit from 1 to 200 is given. Like `sync` it needs the socket to be in the room.",
  HIST5:
    "No page is above 256 KiB of JSON: it holds fewer messages then, at least one, and `hasMore` is true: `history` and `get_history` drop the oldest, pages by since the newest changes.",

  HIST6:
    "`get_history` takes after or around in the place of before; two of them are `ERR_VALIDATION`. Around a seq, that message is among them if it is there, and `hasBefore` and `hasAfter` tell of both sides. Oldest first, always.",
  HIST7:
    "epoch names one life of the data: it is made with the database, and anew when a backup is restored or the file replaced. A join's answer, history and sync carry it. Where a request names another epoch than the current one beside since, it is answered as if that since was never issued; an epoch left out is not compared.",

  HIST8:
    "Where messages are kept for some days only (`RETENTION_DAYS`, or `keepDays` of the room), older ones are gone from every page, and nobody is told. A since from before the last of them is answered as if it was never issued, but for 0, which knows nothing.",

  // Data in PostgreSQL, and several servers by Redis
  NODE1:
    "Every rule holds between clients of different servers: live events reach each client in the order of rev without a gap, whichever server they came through, and a page ends where they go on.",
  NODE2:
    "A server that dies has its users leave everywhere within 10 s; of who is back before, nothing is told. Nothing acknowledged is lost, and its clients go on elsewhere by since.",
  NODE3:
    "While Redis is away, sends are stored and acknowledged, clients of the same server hear them at once and others within 5 s; who is here or typing may be out of date, and /readyz is 200 with a warning. When it is back, all agree within 10 s, with nobody reconnecting.",
  NODE4:
    "While PostgreSQL is away, what needs it is `ERR_STORAGE`, reads too, and /readyz is 503. It goes on by itself, also after a failover, which begins another epoch.",

  NODE5: "Rates are counted by each server for itself.",

  // Search
  FIND1:
    "`search_messages` answers `{hits, cursor?}`, newest first: the messages that hold every word, whatever the case and the accents, in any script; the last word may go on, what is in quotes or written together must stand together, and two Chinese, Japanese or Korean characters are enough. It looks in one's own rooms (with `AUTH=open`, in the public ones of them and those this socket is in), or in the one that roomId names, which is one's own or public; else `ERR_NOT_IN_ROOM`. Any query is valid. Each hit has the message as it is now, its room's name, and an excerpt with the places of what was found in it, in UTF-16 units.",
  FIND2:
    "A message is found within 2 s of its acknowledgement, by its new words within 2 s of an edit, and by nothing once its deletion is acknowledged. A search that takes 250 ms ends with what it has and a cursor, and none waits for another socket's. While there is a cursor there may be more, even after a page that is short or empty.",

  // Typing
  TYPE1: "`typing` is told to the others as `user_typing`, and is never stored.",
  TYPE2:
    "A repeated true is passed on at most once a second for a user in a room, also after a false; a `false` is never held back, and is told only if a true was.",
  TYPE3:
    "Typing ends after 6 s of silence, at once with a message of that user in that room, and when the socket that typed last leaves.",

  // Files
  FILE1:
    "`POST /files?name=…` with the bytes as its body is answered 201 `{ok, file}` once they are on disk; what is refused is `{ok: false, error}` with a fitting status. The type is taken from the bytes, and pictures and videos (MP4, MOV) lose what tells of their place, camera and editing. A page needs an accepted Origin, and where there are tokens everybody needs one, as `Authorization: Bearer`. A file is at most `FILE_BYTES_MAX`, and none is taken while less than a tenth of the disk is free (507). An upload by `/uploads` goes on after a cut, as tus 1.0 has it. What neither a message nor a profile holds after 24 h is removed.",
  FILE2:
    "`send_message` takes `files`: up to 10 ids, or `{id, alt}`, of files of one's own that no message holds yet. Its content may then be blank: when read it is the first file's absolute address, of type image if that is a picture.",
  FILE3:
    "`GET /files/<id>/<name>` gives a file to whoever knows its address, in ranges too, and is 404 until a message or a profile holds it and once that lets go of it. It never changes. No other site's page can embed it. Pictures, sound and video are shown in place; everything else, HTML and SVG too, is a download, and nothing in it runs.",
  FILE4:
    "A picture that is large has a thumbnail of at most 800 pixels a side, where one can be made in time. To make it delays nobody's message.",

  // Identity
  AUTH1: "`AUTH=open`, the default: clients say who they are, and the server says so when it starts.",
  AUTH2:
    "`AUTH=token`: the handshake's `auth.token` is a JWT that says who the connection is. Its sub is the `userId` of every request, which may be left out and else must be equal (`ERR_FORBIDDEN`); its name and avatar win over a payload's, and with a name username may be left out; admin: true makes an administrator. A name or avatar that VAL1 refuses is trimmed, cut or ignored, and keeps nobody out. Without a valid one `connect_error` carries `data.code` `ERR_UNAUTHORIZED`; when it expires the socket is told so by error, and closed as a lost transport.",
  AUTH3:
    "A page may connect if its Origin is `PUBLIC_URL`'s, is in `ALLOWED_ORIGINS`, or, without `PUBLIC_URL`, is that of the Host it asked. A server without `PUBLIC_URL` answers only to addresses, localhost and its machine's own name, on loopback to loopback hosts, and there it lets any loopback page in. ws: counts as http:, and wss: as https:. All else is 403, over both transports, and the page may read why; accepted pages may send credentials and any header. A client that sends no Origin is no page, and may connect, unless its browser says that another site's page asks.",

  // Accounts (AUTH=accounts)
  ACC1: "The server keeps the people itself: no e-mail, no second system. While there is no administrator each start prints a link that makes one, once, within 30 min. `userId` is the account's id; a login is one person's, whatever its case, and letters of one alphabet. `GET /api/server` says to everybody how it is known who people are.",
  ACC2: "Before there is a socket one signs in, joins and uses links by POST to `/api/sign-in`, `/api/join`, `/api/peek`, `/api/redeem`: JSON of at most 16 KiB, from pages that AUTH3 lets connect. A code stands in a link's fragment and is used by a POST alone; the same join again signs in. The token goes into the handshake's `auth.token`; with as: cookie, for this server's own page alone, it comes as a cookie that no script can read, and that counts only where the browser says that this server's own page asks.",
  ACC3: "A session ends 90 days after its last use, a year after it began, by `sign_out`, `end_session` or a new password, which ends all others and the links that sign in. Its sockets hear error `ERR_UNAUTHORIZED` and are closed within a second, whichever server they are at. A link to another device works once, for 5 min, and ends with any session of the account.",
  ACC4: "A password has 10 to 200 characters. It is checked in turn, and `ERR_BUSY` where too many wait. An unknown login costs and says the same as a wrong password. Within 15 min a login may be tried 10 times from an address and 100 times in all, and an address may try 30 times, whatever `RATE_LIMITS` says. No password, token or code is logged, or readable in the data.",
  ACC5: "An invite makes members, never administrators, and never more of them than its uses, however many come at once: 25 within 7 days unless said otherwise, 30 days at most. Administrators make invites; with `INVITES=members` everybody does, to rooms they are in. An invite to a room works while whoever made it is in the room. Everybody new is a member of General.",
  ACC6: "Administrators make others administrators or members, deactivate accounts and activate them again, and make links to new passwords, except for a deactivated account. Whoever is deactivated signs in no more, and has no socket within a second; what they wrote stays, and links that they made end, as those of an administrator who becomes a member do. The last administrator cannot be lowered, also when two lower each other at once. An administrator who enters a room that nobody else may enter is seen there, and is in the log.",
  ACC7: "A change of `AUTH` loses nobody's messages. `warren invite --as` makes the account that takes over an earlier user's rooms and messages. Data that was served to known people is refused with `AUTH=open`, with exit status 78, until `warren auth open` was run.",
  ACC8: "With `OIDC_ISSUER` people sign in by a provider too (OpenID Connect: code, PKCE, state, nonce): `GET /api/oidc?return=PATH` leads there and back, to a path of the page, with the session's cookie. The issuer and its `sub` are one account for good. The first sign-in makes it, a member, where the provider has verified an address in `OIDC_DOMAINS`, or says that the person is in `OIDC_GROUP`. It ends only in the browser in which it began, once, within 10 min. `GET /api/oidc?link`, by the page's own cookie, adds the provider to an account that is there: for the session that set out and no other, one of a provider, and none that is another account's (`ERR_CONFLICT`). `unlink_provider` takes it away while something else signs in, and ends all other sessions. `change_password` without old sets a first password, within 15 min of signing in on that device. A new password by a link removes what was linked. A provider that is down holds up nothing else.",
  ACC9: "Passkeys (WebAuthn) sign in beside passwords where the server's address is https with a name, or `localhost`: `POST /api/passkey` gives a challenge, and `POST /api/passkey-sign-in` takes what the passkey made of it. A challenge is for one purpose, once, within 5 min. Origin, site, user verification, signature and counter are checked, and what is wrong says the same as what is unknown; it counts as an attempt to sign in. `list_passkeys`, `begin_passkey`, `add_passkey`, `remove_passkey`: 20 an account; the last way in stays; removing one ends no session. A new password by a link removes them.",

  ACC10:
    "`POST /api/my-data` gives people what is theirs, as lines of JSON: account, sessions, passkeys, rooms, what they wrote, their reactions and files; of others neither words nor names, and no password, token or key. It is asked by the page's cookie or with `Authorization: Bearer`, one at a time, and comes at the reader's pace, as long as the session lasts; a file without its last line was cut.",
  ACC11:
    "`get_server` tells administrators, and nobody else, of the server that they are connected to: since when it runs, how many connections and users it has, how its disk, its search and its own backups are, and what it warns of, by codes and in English; and how many rooms were made and messages are kept in all. Nothing in it is of one room, one person or one message, and it holds no path, no address and no secret.",

  // Limits
  LIM1: "Each socket, user and address may ask for so much at once and so much over time (limits.ts); beyond it `ERR_RATE_LIMITED` says in `retryAfterMs` when to come again, before the handshake 429 with Retry-After. Who is refused 200 times in 10 s gets io server disconnect.",
  LIM2: "A reader that leaves more than 1 MiB unread, or 500 packets while it polls, is cut as a lost transport, and catches up when it is back; nothing is left out of what it reads. Pages wait for their reader, and never cut it; who goes on asking with 2,000 requests unanswered is cut.",
} as const satisfies Record<string, string>

export type Rule = keyof typeof rules
