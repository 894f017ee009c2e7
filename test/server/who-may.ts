/**
 * Who may ask what: of each request, what each person is answered, as `codes` has it. Where
 * it takes a socket in the room, `a/b` is the answer to one outside and to one inside.
 *
 * A row is named by its event, and by what is asked for where there are several. Rooms are the
 * same with AUTH=accounts and AUTH=token, but for rows that name one of them. `removed` and
 * `banned` were in the room a moment ago; `root` and `chief` are administrators, of whom `chief`
 * is a member; `posing` is the member in the owner's name; `open` is AUTH=open, and `token` and
 * `steward` have AUTH=token, of whom `steward` is an administrator.
 */
import type { ErrorCode } from "../../src/contract/errors.ts"

export const codes = {
  ok: "ok",
  none: "ERR_ROOM_NOT_FOUND",
  out: "ERR_NOT_IN_ROOM",
  taken: "ERR_CONFLICT",
  no: "ERR_FORBIDDEN",
  gone: "ERR_NOT_FOUND",
  ended: "ERR_UNAUTHORIZED",
} as const satisfies Record<string, ErrorCode | "ok">

/** Where people are known. */
export const modes = ["accounts", "token"] as const
export type Mode = (typeof modes)[number]

export interface Row {
  readonly name: string
  readonly event: string
  /** The only one that it is of. */
  readonly mode: string | undefined
  /** By person, from left to right, the order in which they ask. */
  readonly cells: Readonly<Record<string, string>>
}

export const tables = {
  public: read(`
                             stranger  removed  banned  root  member     posing  moderator  chief      owner
    join_room                ok        ok       no      ok    ok         no      ok         ok         ok
    get_room                 ok        ok       no      ok    ok         no      ok         ok         ok
    leave_room               ok        ok       ok      ok    ok         no      ok         ok         ok
    leave_room:for_good      ok        ok       ok      ok    ok         no      ok         ok         ok
    list_members             out       out      out     out   ok         no      ok         ok         ok
    get_members              out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    sync                     out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    get_history              out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    search_messages          ok        ok       out     ok    ok         no      ok         ok         ok
    send_message             out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    send_message:reply       out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    send_message:taken_id    out       out      out     out   out/taken  out/no  out/taken  out/taken  out/taken
    edit_message             out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    edit_message:theirs      out       out      out     out   out/no     out/no  out/no     out/no     out/no
    edit_message:unknown     out       out      out     out   out/gone   out/no  out/gone   out/gone   out/gone
    delete_message           out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    delete_message:theirs    out       out      out     out   out/no     out/no  out/ok     out/ok     out/ok
    react                    out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    typing                   out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    mark_read                out       out      out     out   ok         no      ok         ok         ok
    set_notifications        out       out      out     out   ok         no      ok         ok         ok
    add_member               out       out      out     out   ok         no      ok         ok         ok
    add_member:banned        out       out      out     out   no         no      no         no         no
    add_member:nobody        out       out      out     out   gone       no      gone       gone       gone
    set_role                 out       out      out     out   no         no      no         no         ok
    set_role:last_owner      out       out      out     out   no         no      no         no         no
    remove_member            out       out      out     out   no         no      ok         ok         ok
    remove_member:moderator  out       out      out     out   no         no      no         no         ok
    remove_member:owner      out       out      out     out   no         no      no         no         no
    unban_member             out       out      out     out   no         no      ok         ok         ok
    list_banned              out       out      out     out   no         no      ok         ok         ok
    update_room              out       out      out     out   no         no      ok         ok         ok
    update_room:visibility   out       out      out     out   no         no      no         no         ok
    update_room:keep_days    out       out      out     out   no         no      no         no         ok
    create_invite@accounts   out       out      out     out   ok         no      ok         ok         ok
    create_invite@token      no        no       no      no    no         no      no         no         no
    delete_room              out       out      out     out   no         no      no         no         ok
  `),
  private: read(`
                             stranger  removed  banned  root  member     posing  moderator  chief      owner
    join_room                none      none     none    ok    ok         no      ok         ok         ok
    get_room                 none      none     none    none  ok         no      ok         ok         ok
    leave_room               ok        ok       ok      ok    ok         no      ok         ok         ok
    leave_room:for_good      ok        ok       ok      ok    ok         no      ok         ok         ok
    list_members             out       out      out     out   ok         no      ok         ok         ok
    get_members              out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    sync                     out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    get_history              out       out      out     out   out/ok     out/ok  out/ok     out/ok     out/ok
    search_messages          out       out      out     out   ok         no      ok         ok         ok
    send_message             out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    send_message:reply       out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    send_message:taken_id    out       out      out     out   out/taken  out/no  out/taken  out/taken  out/taken
    edit_message             out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    edit_message:theirs      out       out      out     out   out/no     out/no  out/no     out/no     out/no
    edit_message:unknown     out       out      out     out   out/gone   out/no  out/gone   out/gone   out/gone
    delete_message           out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    delete_message:theirs    out       out      out     out   out/no     out/no  out/ok     out/ok     out/ok
    react                    out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    typing                   out       out      out     out   out/ok     out/no  out/ok     out/ok     out/ok
    mark_read                out       out      out     out   ok         no      ok         ok         ok
    set_notifications        out       out      out     out   ok         no      ok         ok         ok
    add_member               out       out      out     out   ok         no      ok         ok         ok
    add_member:banned        out       out      out     out   no         no      no         no         no
    add_member:nobody        out       out      out     out   gone       no      gone       gone       gone
    set_role                 out       out      out     out   no         no      no         no         ok
    set_role:last_owner      out       out      out     out   no         no      no         no         no
    remove_member            out       out      out     out   no         no      ok         ok         ok
    remove_member:moderator  out       out      out     out   no         no      no         no         ok
    remove_member:owner      out       out      out     out   no         no      no         no         no
    unban_member             out       out      out     out   no         no      ok         ok         ok
    list_banned              out       out      out     out   no         no      ok         ok         ok
    update_room              out       out      out     out   no         no      ok         ok         ok
    update_room:visibility   out       out      out     out   no         no      no         no         no
    update_room:keep_days    out       out      out     out   no         no      no         no         ok
    create_invite@accounts   out       out      out     out   ok         no      ok         ok         ok
    create_invite@token      no        no       no      no    no         no      no         no         no
    delete_room              out       out      out     out   no         no      no         no         ok
  `),
  direct: read(`
                             stranger  root  member     posing  owner
    join_room                none      none  ok         no      ok
    get_room                 none      none  ok         no      ok
    leave_room               ok        ok    ok         no      ok
    leave_room:for_good      ok        ok    ok         no      ok
    list_members             out       out   ok         no      ok
    get_members              out       out   out/ok     out/ok  out/ok
    sync                     out       out   out/ok     out/ok  out/ok
    get_history              out       out   out/ok     out/ok  out/ok
    search_messages          out       out   ok         no      ok
    send_message             out       out   out/ok     out/no  out/ok
    send_message:reply       out       out   out/ok     out/no  out/ok
    send_message:taken_id    out       out   out/taken  out/no  out/taken
    edit_message             out       out   out/ok     out/no  out/ok
    edit_message:theirs      out       out   out/no     out/no  out/no
    edit_message:unknown     out       out   out/gone   out/no  out/gone
    delete_message           out       out   out/ok     out/no  out/ok
    delete_message:theirs    out       out   out/no     out/no  out/no
    react                    out       out   out/ok     out/no  out/ok
    typing                   out       out   out/ok     out/no  out/ok
    mark_read                out       out   ok         no      ok
    set_notifications        out       out   ok         no      ok
    add_member               out       out   no         no      no
    add_member:banned        out       out   no         no      no
    add_member:nobody        out       out   gone       no      gone
    set_role                 out       out   no         no      no
    set_role:last_owner      out       out   no         no      no
    remove_member            out       out   no         no      no
    remove_member:moderator  out       out   no         no      no
    remove_member:owner      out       out   no         no      no
    unban_member             out       out   no         no      no
    list_banned              out       out   no         no      no
    update_room              out       out   no         no      no
    update_room:visibility   out       out   no         no      no
    update_room:keep_days    out       out   no         no      no
    create_invite@accounts   out       out   no         no      no
    create_invite@token      no        no    no         no      no
    delete_room              out       out   no         no      no
  `),
  open: read(`
                             stranger  member     owner
    join_room                ok        ok         ok
    get_room                 ok        ok         ok
    leave_room               ok        ok         ok
    leave_room:for_good      ok        ok         ok
    list_members             out       ok         ok
    get_members              out       out/ok     out/ok
    sync                     out       out/ok     out/ok
    get_history              out       out/ok     out/ok
    search_messages          ok        ok         ok
    send_message             out       out/ok     out/ok
    send_message:reply       out       out/ok     out/ok
    send_message:taken_id    out       out/taken  out/taken
    edit_message             out       out/ok     out/ok
    edit_message:theirs      out       out/no     out/no
    edit_message:unknown     out       out/gone   out/gone
    delete_message           out       out/ok     out/ok
    delete_message:theirs    out       out/no     out/no
    react                    out       out/ok     out/ok
    typing                   out       out/ok     out/ok
    mark_read                out       ok         ok
    set_notifications        out       ok         ok
    add_member               no        no         no
    add_member:banned        no        no         no
    add_member:nobody        no        no         no
    set_role                 no        no         no
    set_role:last_owner      no        no         no
    remove_member            no        no         no
    remove_member:moderator  no        no         no
    remove_member:owner      no        no         no
    unban_member             no        no         no
    list_banned              no        no         no
    update_room              no        no         no
    update_room:visibility   no        no         no
    update_room:keep_days    no        no         no
    create_invite            no        no         no
    delete_room              no        no         no
  `),
  anywhere: read(`
                                open  token  steward  posing  member  admin
    create_room                 ok    ok     ok       no      ok      ok
    create_room:private         no    ok     ok       no      ok      ok
    list_rooms                  ok    ok     ok       ok      ok      ok
    my_rooms                    ok    ok     ok       no      ok      ok
    search_messages:everywhere  ok    ok     ok       no      ok      ok
    open_direct                 no    ok     ok       no      ok      ok
    open_direct:nobody          no    gone   gone     no      gone    gone
    list_users                  ok    ok     ok       no      ok      ok
    get_user                    gone  ok     ok       no      ok      ok
    get_user:nobody             gone  gone   gone     no      gone    gone
    update_profile              ok    ok     ok       no      ok      ok
    list_sessions               no    no     no       no      ok      ok
    end_session                 no    no     no       no      ok      ok
    link_device                 no    no     no       no      ok      ok
    change_password:wrong       no    no     no       no      no      no
    change_password             no    no     no       no      ok      ok
    unlink_provider             no    no     no       no      ok      ok
    list_passkeys               no    no     no       no      ok      ok
    begin_passkey               no    no     no       no      ok      ok
    add_passkey                 no    no     no       no      ended   ended
    remove_passkey              no    no     no       no      ok      ok
    create_invite:anywhere      no    no     no       no      no      ok
    list_invites                no    no     no       no      ok      ok
    revoke_invite               no    no     no       no      gone    gone
    accept_invite               no    no     no       no      ok      ok
    accept_invite:unknown       no    no     no       no      gone    gone
    update_user                 no    no     no       no      no      ok
    update_user:nobody          no    no     no       no      no      gone
    list_accounts               no    no     no       no      no      ok
    create_reset_link           no    no     no       no      no      ok
    get_server                  no    no     ok       no      no      ok
    sign_out                    no    no     no       no      ok      ok
  `),
}

/** The first line names the people, each other one a request. */
function read(text: string): Row[] {
  const [head = "", ...lines] = text.trim().split("\n")
  const people = head.trim().split(/\s+/)
  return lines.map((line) => {
    const [title = "", ...cells] = line.trim().split(/\s+/)
    if (cells.length !== people.length) throw new Error(`${title} has ${cells.length} cells, not ${people.length}`)
    const [name = "", mode] = title.split("@")
    const [event = ""] = name.split(":")
    return { name, event, mode, cells: Object.fromEntries(people.map((person, index) => [person, cells[index] ?? ""])) }
  })
}
