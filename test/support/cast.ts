/**
 * A server that knows people, by accounts or by tokens, and people who are something there: each
 * with a socket that stays outside of rooms, and one that goes in. What a room is to them is
 * arranged anew for each.
 */
import type { ClientEvent } from "../../src/contract/events.ts"
import { connectAs, joinBy, startWithAdmin } from "./accounts.ts"
import { startTestApp } from "./app.ts"
import type { ClientAnswer, TestClient } from "./client.ts"
import { authSecret, tokenOf } from "./tokens.ts"

/** `root` and `chief` are administrators; `chief` is a member of rooms, `root` of none. */
export const names = [
  "root",
  "stranger",
  "removed",
  "banned",
  "member",
  "moderator",
  "chief",
  "owner",
  "other",
  "second",
  "known",
] as const
export type Name = (typeof names)[number]

export interface Person {
  readonly userId: string
  readonly token: string
  readonly outside: TestClient
  readonly inside: TestClient
}

export interface Cast extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly people: Readonly<Record<Name, Person>>
}

/** What each is in a room, where they are something. */
const roles = {
  member: "member",
  other: "member",
  moderator: "moderator",
  second: "moderator",
  chief: "member",
} as const

export async function startCast(...options: Parameters<typeof startWithAdmin>): Promise<Cast> {
  const [overrides, clock] = options
  const team = await startWithAdmin({ rateLimits: "off", ...overrides }, clock)
  const { url } = team
  const answer = await team.client.ask("create_invite", { uses: names.length })
  if (!answer.ok) throw new Error(answer.error.message)
  const people = await everybody(async (name) => {
    const { userId, token } = name === "root" ? team.admin : await joinBy(url, answer.invite.url, name)
    return personOf(url, userId, token)
  })
  await granted(team.client, "update_user", { targetId: people.chief.userId, role: "admin" })
  return castOf(team, team.app.dataDir, people)
}

/** The same people, whom tokens name there. */
export async function startTokenCast(like: Cast): Promise<Cast> {
  const app = await startTestApp({ rateLimits: "off", auth: "token", authSecret })
  const people = await everybody(async (name) => {
    const isAdmin = name === "root" || name === "chief"
    const { userId } = like.people[name]
    const person = personOf(app.url, userId, await tokenOf({ sub: userId, ...(isAdmin && { admin: true }) }))
    // Nobody is known before.
    await granted(person.outside, "my_rooms", {})
    return person
  })
  return castOf(app, app.dataDir, people)
}

async function everybody(arrive: (name: Name) => Promise<Person>): Promise<Cast["people"]> {
  const arrived = await Promise.all(names.map(async (name) => [name, await arrive(name)] as const))
  return Object.fromEntries(arrived) as Record<Name, Person>
}

function personOf(url: string, userId: string, token: string): Person {
  return { userId, token, outside: connectAs(url, token), inside: connectAs(url, token) }
}

function castOf(server: AsyncDisposable & { readonly url: string }, dataDir: string, people: Cast["people"]): Cast {
  return {
    url: server.url,
    dataDir,
    people,
    [Symbol.asyncDispose]: async () => {
      for (const { outside, inside } of Object.values(people))
        for (const one of [outside, inside]) one.socket.disconnect()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A room of the owner's in which everybody is what their name says, and whoever may be has a socket inside. */
export async function furnish({ people }: Cast, room: object): Promise<string> {
  const { outside, inside } = people.owner
  const created = await granted(outside, "create_room", { name: "Secret", ...room })
  const roomId = created.room.id
  const named = (name: Name) => ({ roomId, targetId: people[name].userId })
  const guests = ["removed", "banned"] as const
  const members = Object.keys(roles) as (keyof typeof roles)[]
  for (const name of [...members, ...guests]) void granted(outside, "add_member", named(name))
  await granted(outside, "list_members", { roomId })
  await Promise.all(
    [...members, ...guests].map((name) => granted(people[name].inside, "join_room", { roomId, username: name })),
  )
  await granted(inside, "join_room", { roomId, username: "owner" })
  for (const name of members)
    if (roles[name] !== "member") void granted(outside, "set_role", { ...named(name), role: roles[name] })
  return roomId
}

/** The owner shows the guests the door. */
export async function showOut({ people }: Cast, roomId: string): Promise<void> {
  const { outside } = people.owner
  await granted(outside, "remove_member", { roomId, targetId: people.removed.userId })
  await granted(outside, "remove_member", { roomId, targetId: people.banned.userId, ban: true })
}

type Granted<E extends ClientEvent> = Extract<ClientAnswer<E>, { readonly ok: true }>

/** Throws what it is refused for. */
export async function granted<E extends ClientEvent>(
  client: TestClient,
  event: E,
  payload: object,
): Promise<Granted<E>> {
  const answer = await client.ask(event, payload)
  if (!answer.ok) throw new Error(`${event}: ${answer.error.code} ${answer.error.message}`)
  return answer as Granted<E>
}
