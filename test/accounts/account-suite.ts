/** The rules about accounts, on every store, with servers of one database beside each other. */
import { describe, expect, test } from "bun:test"
import { Accounts } from "../../src/accounts/accounts.ts"
import { Attempts } from "../../src/accounts/attempts.ts"
import { Challenges } from "../../src/accounts/challenges.ts"
import type { Newcomer } from "../../src/accounts/parts.ts"
import { type Hasher, Passwords } from "../../src/accounts/passwords.ts"
import { randomSecret } from "../../src/accounts/secrets.ts"
import type { AccountStore } from "../../src/accounts/tables.ts"
import { addPerson } from "../../src/accounts/terminal.ts"
import type { Actor } from "../../src/chat/account-keeper.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { InviteId, RoomId } from "../../src/contract/values.ts"
import { codeIn, password } from "../support/accounts.ts"
import { stoppedClock } from "../support/clock.ts"
import { newRoomId, user } from "../support/ids.ts"

interface OpenAccounts extends AsyncDisposable {
  /** Another server's of the same data. */
  readonly connect: () => AccountStore
}

const here = { address: "192.0.2.1", client: "test" }
const minute = 60_000
const day = 24 * 60 * minute

class Server {
  readonly accounts: Accounts
  readonly compared: string[] = []
  readonly welcomed: Newcomer[] = []
  readonly told: string[] = []
  isChatAway = false
  isHasherAway = false
  /** How often others were told to look who is still signed in. */
  changed = 0

  constructor(store: AccountStore, clock: ReturnType<typeof stoppedClock>["clock"], { membersInvite = false } = {}) {
    // As quick as nothing: what it costs is a matter of the hasher, and is counted.
    const hasher: Hasher = {
      hash: async (given) => `hash of ${given}`,
      verify: async (given, hash) => {
        if (this.isHasherAway) throw new ChatError("ERR_BUSY")
        this.compared.push(hash)
        return hash === `hash of ${given}`
      },
    }
    this.accounts = new Accounts({
      store,
      passwords: new Passwords(hasher),
      attempts: new Attempts(),
      challenges: new Challenges(randomSecret),
      newSecret: randomSecret,
      newId: () => crypto.randomUUID(),
      ...clock,
      address: () => "https://chat.example.com",
      site: () => ({ rpId: "chat.example.com", origin: "https://chat.example.com" }),
      hasProvider: true,
      membersInvite,
      welcome: async (newcomer) => {
        if (this.isChatAway) throw new ChatError("ERR_STORAGE")
        this.welcomed.push(newcomer)
      },
      handOverRoom: async () => {},
      onChanged: () => {
        this.changed++
      },
      tell: (kind, text, properties) => this.told.push(`${kind}: ${text}${JSON.stringify(properties)}`),
      onFailure: (cause) => {
        throw cause
      },
    })
  }

  async join(code: string, login: string, given = password) {
    return this.accounts.join({ invite: code, login, username: login, password: given, as: undefined }, here)
  }

  signIn(login: string, given = password, address = here.address) {
    return this.accounts.signIn({ login, password: given, as: undefined }, { ...here, address })
  }

  async actor(token: string): Promise<Actor> {
    const { userId, sessionId } = await this.accounts.admit(token)
    return { userId, sessionId }
  }
}

/** What it came to: "ok", or the code of the refusal. */
async function outcome(asking: Promise<unknown>): Promise<string> {
  try {
    await asking
    return "ok"
  } catch (error) {
    if (error instanceof ChatError) return error.code
    throw error
  }
}

function counted(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of outcomes) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

export function accountSuite(name: string, open: () => Promise<OpenAccounts>): void {
  /** Two servers of one database, and its first administrator. */
  async function team(options = {}) {
    const data = await open()
    const { clock, pass } = stoppedClock()
    const [one, other] = [new Server(data.connect(), clock, options), new Server(data.connect(), clock, options)]
    const setup = codeIn((await one.accounts.setupLink())?.url)
    const ann = await one.actor((await one.join(setup, "ann")).token)
    const invite = async (uses: number) =>
      codeIn((await one.accounts.createInvite(ann, { roomId: undefined, uses, expiresInMs: day })).url)
    const dispose = async () => {
      await Promise.all([one.accounts.close(), other.accounts.close()])
      await data[Symbol.asyncDispose]()
    }
    return { one, other, setup, ann, invite, pass, now: clock.epochMs, [Symbol.asyncDispose]: dispose }
  }

  describe(name, () => {
    test("[ACC5] one invite for 5 makes 5 accounts, however many come at once, on whichever server", async () => {
      await using it = await team()
      const code = await it.invite(5)
      const all = Array.from({ length: 20 }, (_, n) => outcome((n % 2 ? it.one : it.other).join(code, `user${n}`)))
      expect(counted(await Promise.all(all))).toEqual({ ok: 5, ERR_NOT_FOUND: 15 })
      expect(await outcome(it.one.join(code, "late"))).toBe("ERR_NOT_FOUND")
    })

    test("[ACC8] a first password takes having signed in within 15 minutes, and not by a link from another device", async () => {
      await using it = await team()
      const bob = { issuer: "https://id.example.com", subject: "1", email: "bob@example.com", groups: [], name: "Bob" }
      const rules = { domains: ["example.com"], group: undefined }
      const come = async () => it.one.actor((await it.one.accounts.signInOutside(async () => bob, rules, here)).token)
      const redeem = (url: string) =>
        it.other.accounts.redeem({ code: codeIn(url), password: undefined, as: undefined }, here)
      const set = (actor: Actor) => outcome(it.other.accounts.changePassword(actor, { old: undefined, next: password }))
      const early = await come()
      it.pass(15 * minute)
      const linked = await it.other.actor((await redeem((await it.one.accounts.linkDevice(early)).url)).token)
      expect([await set(early), await set(linked)]).toEqual(["ERR_FORBIDDEN", "ERR_FORBIDDEN"])
      const laptop = await come()
      it.pass(15 * minute - 1)
      expect([await set(laptop), await set(early)]).toEqual(["ok", "ERR_UNAUTHORIZED"])

      // Whom the provider let in is out once it is unlinked, and cannot come back.
      const phone = await come()
      const { url } = await it.one.accounts.linkDevice(phone)
      await it.other.accounts.unlinkProvider(laptop)
      expect(await outcome(it.one.accounts.listSessions(phone))).toBe("ERR_UNAUTHORIZED")
      expect(await outcome(redeem(url))).toBe("ERR_NOT_FOUND")
      expect(await it.one.accounts.listSessions(laptop)).toMatchObject([{ isCurrent: true }])
    })

    test.each([false, true])(
      "[ACC5] who makes invites, sees and revokes them; members do: %p",
      async (membersInvite) => {
        await using it = await team({ membersInvite })
        const bob = await it.other.actor((await it.other.join(await it.invite(1), "bob")).token)
        const roomId = newRoomId()
        const create = (actor: Actor, room?: RoomId) =>
          it.one.accounts.createInvite(actor, { roomId: room, uses: 2, expiresInMs: day })
        it.one.told.length = 0
        const anywhere = await create(it.ann)
        expect([anywhere.roomId, (await create(it.ann, roomId)).roomId]).toEqual([undefined, roomId])
        expect(it.one.told).toEqual(
          Array(2).fill('administration: {login} made an invite for {uses}.{"login":"ann","uses":2}'),
        )
        expect(await create(bob).catch(({ code, details }) => [code, details])).toEqual([
          "ERR_FORBIDDEN",
          membersInvite ? { field: "roomId" } : {},
        ])
        if (!membersInvite) {
          expect(await outcome(create(bob, roomId))).toBe("ERR_FORBIDDEN")
          return
        }
        const own = await create(bob, roomId)
        expect(own).toMatchObject({ roomId, uses: 2, usesLeft: 2, creatorId: bob.userId })
        const { url: _, ...listed } = own
        expect(await it.other.accounts.listInvites(bob)).toEqual([listed])
        expect(await it.other.accounts.listInvites(it.ann)).toHaveLength(3)

        const revoke = (actor: Actor, id: string) => outcome(it.one.accounts.revokeInvite(actor, id as InviteId))
        it.one.told.length = 0
        expect([await revoke(bob, anywhere.id), await revoke(it.ann, crypto.randomUUID())]).toEqual([
          "ERR_NOT_FOUND",
          "ERR_NOT_FOUND",
        ])
        expect(await it.other.accounts.listInvites(it.ann)).toHaveLength(3)
        expect([await revoke(bob, own.id), await revoke(it.ann, (await create(bob, roomId)).id)]).toEqual(["ok", "ok"])
        expect(await it.other.accounts.listInvites(bob)).toEqual([])
        expect(it.one.told).toEqual([
          'account: {login} ended an invite.{"login":"bob"}',
          'account: {login} made an invite for {uses}.{"login":"bob","uses":2}',
          'administration: {login} ended an invite.{"login":"ann"}',
        ])
      },
    )

    test("[ACC5] somebody has so many invites that can still be used, and may make others once one is revoked", async () => {
      await using it = await team()
      const make = () => it.one.accounts.createInvite(it.ann, { roomId: undefined, uses: 1, expiresInMs: day })
      const { id } = await make()
      for (let n = 1; n < limits.invitesPerUserMax; n++) await make()
      expect(await outcome(make())).toBe("ERR_FORBIDDEN")
      await it.other.accounts.revokeInvite(it.ann, id)
      expect([await outcome(make()), await outcome(make())]).toEqual(["ok", "ERR_FORBIDDEN"])
    })

    test("[ACC5] whoever has an account is told where an invite leads, however often; guesses are tries", async () => {
      await using it = await team()
      const roomId = newRoomId()
      const asking = { roomId, uses: 1, expiresInMs: day }
      const code = codeIn((await it.one.accounts.createInvite(it.ann, asking)).url)
      const where = (code: string) => it.one.accounts.inviteRoom(it.ann, code)
      for (let n = 0; n < 2 * limits.triesPerAddressMax; n++) expect(await where(code)).toBe(roomId)
      const foreign = codeIn((await it.one.accounts.createResetLink(it.ann, it.ann.userId)).url)
      // Nor is there a room that everybody comes to.
      for (const guess of ["wrong", foreign, await it.invite(1)])
        expect(await outcome(where(guess))).toBe("ERR_NOT_FOUND")
      for (let n = 3; n < limits.triesPerAddressMax; n++) await outcome(where("wrong"))
      expect(await outcome(where(code))).toBe("ERR_RATE_LIMITED")
    })

    test("[ACC5] an invite is used by who is signed in alone, and once for each use", async () => {
      await using it = await team()
      const code = await it.invite(1)
      const use = (actor: Actor) => outcome(it.other.accounts.useInvite(actor, code))
      const phone = await it.one.actor((await it.one.signIn("ann")).token)
      await it.other.accounts.endSession(it.ann, phone.sessionId)
      expect([await use(phone), await use(it.ann), await use(it.ann)]).toEqual([
        "ERR_UNAUTHORIZED",
        "ok",
        "ERR_NOT_FOUND",
      ])
    })

    test("[ACC5] an invite that is revoked while it is being used has no use left, whatever is given back", async () => {
      await using it = await team()
      const bob = await it.other.actor((await it.other.join(await it.invite(1), "bob")).token)
      const { id, url } = await it.one.accounts.createInvite(it.ann, { roomId: undefined, uses: 5, expiresInMs: day })
      const giveBack = await it.other.accounts.useInvite(bob, codeIn(url))
      await giveBack()
      // No more than it had.
      await giveBack()
      expect(await it.one.accounts.listInvites(it.ann)).toMatchObject([{ id, usesLeft: 5 }])
      const late = await it.other.accounts.useInvite(bob, codeIn(url))
      await it.one.accounts.revokeInvite(it.ann, id)
      await late()
      expect(await it.one.accounts.listInvites(it.ann)).toEqual([])
      expect(await outcome(it.one.join(codeIn(url), "eve"))).toBe("ERR_NOT_FOUND")
    })

    test("[ACC5] [ACC6] an invite is over at its time, by its uses and once it is revoked; a link to a new password at its time", async () => {
      await using it = await team()
      const bob = await it.other.actor((await it.other.join(await it.invite(1), "bob")).token)
      const make = () => it.one.accounts.createInvite(it.ann, { roomId: undefined, uses: 2, expiresInMs: day })
      const uses = (code: string) => [
        () => it.other.join(code, `user${crypto.randomUUID().slice(0, 8)}`),
        () => it.other.accounts.peek({ code }, here),
        () => it.other.accounts.useInvite(bob, code),
      ]
      const expectOver = async (code: string) => {
        for (const use of uses(code)) expect(await outcome(use())).toBe("ERR_NOT_FOUND")
      }
      const [late, used, revoked] = [await make(), await make(), await make()]
      const reset = async () => codeIn((await it.one.accounts.createResetLink(it.ann, bob.userId)).url)
      const [first, second] = [await reset(), await reset()]
      const redeem = (code: string) =>
        outcome(it.other.accounts.redeem({ code, password: "staple staple staple", as: undefined }, here))
      for (const login of ["carol", "dora"]) await it.one.join(codeIn(used.url), login)
      await expectOver(codeIn(used.url))
      await it.one.accounts.revokeInvite(it.ann, revoked.id)
      await expectOver(codeIn(revoked.url))
      it.pass(day - 1)
      expect(await outcome(it.one.join(codeIn(late.url), "erin"))).toBe("ok")
      it.pass(1)
      await expectOver(codeIn(late.url))
      expect([limits.resetLinkMs, await redeem(first), await redeem(second)]).toEqual([
        day,
        "ERR_NOT_FOUND",
        "ERR_NOT_FOUND",
      ])
      const third = await reset()
      it.pass(day - 1)
      expect([await redeem(third), await redeem(third)]).toEqual(["ok", "ERR_NOT_FOUND"])
    })

    test.each([{ isActive: false }, { role: "member" }] as const)(
      "[ACC6] nobody comes back by a link that they made before: %p",
      async (change) => {
        await using it = await team()
        const bob = await it.other.actor((await it.other.join(await it.invite(1), "bob")).token)
        const keep = { role: undefined, isActive: undefined }
        await it.one.accounts.updateUser(it.ann, bob.userId, { ...keep, role: "admin" })
        const asked = { roomId: undefined, uses: 1, expiresInMs: day }
        const invite = codeIn((await it.other.accounts.createInvite(bob, asked)).url)
        const reset = codeIn((await it.other.accounts.createResetLink(bob, it.ann.userId)).url)
        const others = await it.invite(1)
        await it.one.accounts.updateUser(it.ann, bob.userId, { ...keep, ...change })
        expect(await outcome(it.one.join(invite, "eve"))).toBe("ERR_NOT_FOUND")
        const redeemed = it.one.accounts.redeem({ code: reset, password: "hers no longer", as: undefined }, here)
        expect(await outcome(redeemed)).toBe("ERR_NOT_FOUND")
        expect(await outcome(it.one.join(others, "joe"))).toBe("ok")
      },
    )

    test("[ACC8] one person of a provider is one account, also when they come twice at once; one login is one person's", async () => {
      await using it = await team()
      const rules = { domains: ["example.com"], group: undefined }
      const person = { issuer: "https://id.example.com", email: "bob@example.com", groups: [], name: "Bob" }
      const come = async (server: Server, subject: string, issuer = person.issuer) =>
        (await server.accounts.signInOutside(async () => ({ ...person, issuer, subject }), rules, here)).account
      const both = await Promise.all([come(it.one, "1"), come(it.other, "1")])
      expect(new Set(both.map(({ id }) => id)).size).toBe(1)
      expect(both[0]).toMatchObject({ login: "bob@example.com", role: "member", password: null })
      expect(await come(it.other, "2")).toMatchObject({ login: "bob@example.com-2" })
      expect(await come(it.one, "1", "https://other.example")).toMatchObject({ login: "bob@example.com-3" })
      expect(await come(it.other, "1")).toMatchObject({ id: both[0]?.id })
      // There is no password that would be right.
      expect(await outcome(it.one.signIn("bob@example.com", ""))).toBe("ERR_UNAUTHORIZED")
      expect(it.one.told.join()).toContain("{login} joined by {issuer}")
    })

    test("[ACC1] one login is one person's, also when many take it at once", async () => {
      await using it = await team()
      const code = await it.invite(20)
      const all = Array.from({ length: 10 }, (_, n) =>
        outcome((n % 2 ? it.one : it.other).join(code, n % 3 ? "bob" : "BOB", `password of ${n}`)),
      )
      expect(counted(await Promise.all(all))).toEqual({ ok: 1, ERR_UNAUTHORIZED: 9 })
      const { users } = await it.one.accounts.listAccounts(it.ann, { after: undefined, limit: 50 })
      expect(users.map(({ login }) => login.toLowerCase())).toEqual(["ann", "bob"])
      const other = await it.invite(1)
      expect(await outcome(it.one.join(other, "bob"))).toBe("ERR_CONFLICT")
    })

    test("[ACC1] the link to the first account makes one administrator, also when two use it at once, for 30 minutes", async () => {
      await using data = await open()
      const { clock, pass } = stoppedClock()
      const [one, other] = [new Server(data.connect(), clock), new Server(data.connect(), clock)]
      const late = codeIn((await one.accounts.setupLink())?.url)
      pass(30 * minute)
      expect(await outcome(one.join(late, "ann"))).toBe("ERR_NOT_FOUND")
      const codes = [codeIn((await one.accounts.setupLink())?.url), codeIn((await other.accounts.setupLink())?.url)]
      const [first = "", second = ""] = codes
      const both = [outcome(one.join(first, "ann")), outcome(other.join(second, "bob"))]
      expect(counted(await Promise.all(both))).toEqual({ ok: 1, ERR_NOT_FOUND: 1 })
      expect(await one.accounts.setupLink()).toBeUndefined()
      await Promise.all([one.accounts.close(), other.accounts.close()])
    })

    test("[ACC6] of two administrators who lower each other at once one stays, whichever way and server", async () => {
      await using it = await team()
      const bob = await it.other.join(await it.invite(1), "bob")
      const bobs = await it.other.actor(bob.token)
      for (let round = 0; round < 10; round++) {
        const change =
          round % 2
            ? ({ role: "member", isActive: undefined } as const)
            : ({ role: undefined, isActive: false } as const)
        const users = await admins(it.one.accounts, it.ann)
        const lowered = users.find(({ role, isActive }) => role !== "admin" || !isActive)
        const still = lowered?.userId === it.ann.userId ? bobs : it.ann
        for (const { userId: targetId } of users)
          await it.one.accounts.updateUser(still, targetId, { role: "admin", isActive: true })
        // Whoever was deactivated has no session any more.
        const [annNow, bobNow] = [await it.one.signIn("ann"), await it.other.signIn("bob")]
        const [annActs, bobActs] = [await it.one.actor(annNow.token), await it.other.actor(bobNow.token)]
        const both = await Promise.all([
          outcome(it.one.accounts.updateUser(annActs, bobActs.userId, change)),
          outcome(it.other.accounts.updateUser(bobActs, annActs.userId, change)),
        ])
        expect(both.filter((one) => one === "ok")).toHaveLength(1)
        const winner = both[0] === "ok" ? annActs : bobActs
        const left = await admins(it.one.accounts, winner)
        expect(left.filter(({ role, isActive }) => role === "admin" && isActive)).toHaveLength(1)
        await it.one.accounts.updateUser(winner, winner === annActs ? bobActs.userId : annActs.userId, {
          role: "admin",
          isActive: true,
        })
        Object.assign(it.ann, await it.one.actor((await it.one.signIn("ann")).token))
        Object.assign(bobs, await it.other.actor((await it.other.signIn("bob")).token))
      }
    })

    test("[ACC6] the last administrator cannot be lowered, and what changes nothing counts nothing", async () => {
      await using it = await team()
      const lower = (change: object) =>
        outcome(it.one.accounts.updateUser(it.ann, it.ann.userId, { role: undefined, isActive: undefined, ...change }))
      expect(await lower({ role: "member" })).toBe("ERR_FORBIDDEN")
      expect(await lower({ isActive: false })).toBe("ERR_FORBIDDEN")
      const revision = await it.other.accounts.revision()
      expect(await lower({ role: "admin", isActive: true })).toBe("ok")
      expect(await it.other.accounts.revision()).toBe(revision)
    })

    test("[ACC4] an unknown login costs one comparison and says the same as a wrong password, or none at all", async () => {
      await using it = await team()
      const bob = await it.one.join(await it.invite(1), "bob")
      await it.one.accounts.updateUser(it.ann, bob.account.id, { role: undefined, isActive: false })
      const answers: string[] = []
      for (const login of ["nobody", "ann", "bob"]) {
        it.one.compared.length = 0
        const refusal = await it.one.signIn(login, "not the password").catch((error: ChatError) => error)
        answers.push(refusal instanceof ChatError ? `${refusal.code} ${refusal.message}` : "ok")
        expect(it.one.compared).toHaveLength(1)
      }
      expect(new Set(answers).size).toBe(1)
    })

    test("[ACC4] too many tries are refused before anything is compared, and a right password is none of them", async () => {
      await using it = await team()
      for (let n = 0; n < 3 * limits.triesPerLoginAndAddressMax; n++)
        expect(await outcome(it.one.signIn("ann"))).toBe("ok")
      const tries = Array.from({ length: limits.triesPerLoginAndAddressMax }, () =>
        outcome(it.one.signIn("ann", "wrong")),
      )
      expect(counted(await Promise.all(tries))).toEqual({ ERR_UNAUTHORIZED: limits.triesPerLoginAndAddressMax })
      it.one.compared.length = 0
      expect(await outcome(it.one.signIn("ann"))).toBe("ERR_RATE_LIMITED")
      expect(it.one.compared).toEqual([])
      expect(await outcome(it.one.signIn("ann", password, "198.51.100.1"))).toBe("ok")
      it.pass(limits.triesWindowMs)
      expect(await outcome(it.one.signIn("ann"))).toBe("ok")
    })

    test("[ACC3] a session ends 90 days after its last use, and after a year however it is used", async () => {
      await using it = await team()
      const used = (await it.one.signIn("ann")).token
      const unused = (await it.one.signIn("ann")).token
      for (const step of [89, 89, 89, 89]) {
        it.pass(step * day)
        expect(await outcome(it.other.accounts.admit(used))).toBe("ok")
        expect(await outcome(it.other.accounts.admit(unused))).toBe(step === 89 ? "ok" : "ERR_UNAUTHORIZED")
      }
      it.pass(9 * day - minute)
      // The link to another device that it makes last outlives it by nothing.
      const { url } = await it.one.accounts.linkDevice(await it.other.actor(used))
      it.pass(minute)
      expect(await outcome(it.other.accounts.admit(used))).toBe("ERR_UNAUTHORIZED")
      const back = it.other.accounts.redeem({ code: codeIn(url), password: undefined, as: undefined }, here)
      expect(await outcome(back)).toBe("ERR_NOT_FOUND")
      const fresh = (await it.one.signIn("ann")).token
      it.pass(90 * day)
      expect(await outcome(it.other.accounts.admit(fresh))).toBe("ERR_UNAUTHORIZED")
    })

    test("[ACC3] a token says who its connection is, until when; that it is used is written down once an hour", async () => {
      await using it = await team()
      const startedMs = it.now()
      const anns = (await it.one.signIn("ann")).token
      const bobs = (await it.one.join(await it.invite(1), "bob")).token
      const expiresMs = startedMs + limits.sessionAgeMaxMs
      expect([await it.other.accounts.admit(anns), await it.other.accounts.admit(bobs)]).toMatchObject([
        { userId: it.ann.userId, username: "ann", isAdmin: true, expiresMs },
        { username: "bob", isAdmin: false, expiresMs },
      ])
      const usedAt = async () => {
        const actor = await it.other.actor(bobs)
        return (await it.one.accounts.listSessions(actor)).map(({ usedAt }) => Date.parse(usedAt) - startedMs)
      }
      it.pass(60 * minute - 1)
      expect(await usedAt()).toEqual([0])
      it.pass(1)
      expect(await usedAt()).toEqual([60 * minute])
    })

    test("[ACC3] whoever is always connected is signed out after a year", async () => {
      await using it = await team()
      const { sessionId } = await it.one.actor((await it.one.signIn("ann")).token)
      const isValid = async (ms: number) => {
        it.pass(ms)
        return (await it.other.accounts.stillValid([sessionId])).has(sessionId)
      }
      for (let n = 0; n < 4; n++) expect(await isValid(89 * day)).toBe(true)
      expect([await isValid(9 * day - 1), await isValid(1), await isValid(1)]).toEqual([true, false, false])
    })

    test("[ACC3] whoever is connected uses the session, and other servers see that one has ended", async () => {
      await using it = await team()
      const [phone, laptop] = [await it.one.signIn("ann"), await it.one.signIn("ann")]
      const [onPhone, onLaptop] = [await it.one.actor(phone.token), await it.one.actor(laptop.token)]
      const ids = [onPhone.sessionId, onLaptop.sessionId]
      it.pass(89 * day)
      expect([...(await it.other.accounts.stillValid(ids)).keys()]).toEqual(ids)
      it.pass(89 * day)
      const revision = await it.other.accounts.revision()
      await it.one.accounts.endSession(onPhone, onLaptop.sessionId)
      expect(await it.other.accounts.revision()).toBe(revision + 1)
      expect([...(await it.other.accounts.stillValid(ids))]).toEqual([[onPhone.sessionId, { isAdmin: true }]])
      expect(await outcome(it.other.accounts.listSessions(onLaptop))).toBe("ERR_UNAUTHORIZED")
      // Nobody ends another's.
      const bob = await it.other.join(await inviteBy(it.one, onPhone), "bob")
      await it.other.accounts.endSession(await it.other.actor(bob.token), onPhone.sessionId)
      expect(await outcome(it.one.accounts.listSessions(onPhone))).toBe("ok")
    })

    const ends: Record<string, (server: Server, own: Actor, admin: Actor, token: string) => Promise<unknown>> = {
      "signing another device out": async ({ accounts }, own) => {
        const other = (await accounts.listSessions(own)).find(({ isCurrent }) => !isCurrent)
        await accounts.endSession(own, other?.id as never)
      },
      "signing out by a cookie": ({ accounts }, _, __, token) => accounts.endByToken(token),
      "a new password": ({ accounts }, own) => accounts.changePassword(own, { old: password, next: "staple staple" }),
      "a new password by a link": async ({ accounts }, own, admin) => {
        const code = codeIn((await accounts.createResetLink(admin, own.userId)).url)
        await accounts.redeem({ code, password: "staple staple", as: undefined }, here)
      },
      "closing the account": ({ accounts }, own, admin) =>
        accounts.updateUser(admin, own.userId, { role: undefined, isActive: false }),
      "giving way to many": async (server) => {
        for (let n = 1; n <= limits.sessionsPerAccountMax; n++) await server.signIn("bob")
      },
    }
    test.each(Object.keys(ends))("[ACC3] [NODE1] sessions that end by %s end at other servers too", async (way) => {
      await using it = await team()
      const code = await it.invite(1)
      const { token } = await it.one.join(code, "bob")
      const onPhone = await it.other.actor(token)
      const own = await it.one.actor((await it.one.signIn("bob")).token)
      const { url } = await it.other.accounts.linkDevice(onPhone)
      const revision = await it.other.accounts.revision()
      expect((await it.other.accounts.stillValid([onPhone.sessionId])).size).toBe(1)
      await ends[way]?.(it.one, own, it.ann, token)
      // By which every server looks at its sockets again.
      expect(await it.other.accounts.revision()).toBeGreaterThan(revision)
      expect((await it.other.accounts.stillValid([onPhone.sessionId])).size).toBe(0)
      const back = it.other.accounts.redeem({ code: codeIn(url), password: undefined, as: undefined }, here)
      expect(await outcome(back)).toBe("ERR_NOT_FOUND")
    })

    test("[ACC3] a link to another device signs in once, also when many use it at once, for 5 minutes", async () => {
      await using it = await team()
      const redeem = (server: Server, code: string) =>
        outcome(server.accounts.redeem({ code, password: undefined, as: undefined }, here))
      const code = codeIn((await it.one.accounts.linkDevice(it.ann)).url)
      const all = Array.from({ length: 20 }, (_, n) => redeem(n % 2 ? it.one : it.other, code))
      expect(counted(await Promise.all(all))).toEqual({ ok: 1, ERR_NOT_FOUND: 19 })
      const late = codeIn((await it.one.accounts.linkDevice(it.ann)).url)
      it.pass(5 * minute)
      expect(await redeem(it.other, late)).toBe("ERR_NOT_FOUND")
      const phone = await it.one.actor((await it.one.signIn("ann")).token)
      const shown = codeIn((await it.one.accounts.linkDevice(phone)).url)
      await it.other.accounts.endSession(it.ann, phone.sessionId)
      expect(await redeem(it.one, shown)).toBe("ERR_NOT_FOUND")
    })

    test("[ACC3] [ACC4] a new password takes the old one, and a wrong one is a try like any other", async () => {
      await using it = await team()
      const phone = await it.one.actor((await it.one.signIn("ann")).token)
      // Who knows it need not have signed in just now.
      it.pass(day)
      const change = (old: string | undefined, next: string) =>
        outcome(it.one.accounts.changePassword(phone, { old, next }))
      const most = limits.triesPerLoginAndAddressMax
      it.one.isHasherAway = true
      for (let n = 0; n <= most; n++) expect(await change(password, "not this one")).toBe("ERR_BUSY")
      it.one.isHasherAway = false
      it.one.told.length = it.one.changed = 0
      expect([await change(undefined, "not this one"), await change("wrong", "not this one")]).toEqual([
        "ERR_FORBIDDEN",
        "ERR_FORBIDDEN",
      ])
      expect([it.one.told, it.one.changed]).toEqual([
        ['refused sign-in: {login} gave a wrong old password.{"login":"ann"}'],
        0,
      ])
      it.one.told.length = 0
      for (let n = 0; n <= most; n++) expect(await change(n === 0 ? password : `new ${n - 1}`, `new ${n}`)).toBe("ok")
      expect([new Set(it.one.told), it.one.changed]).toEqual([
        new Set(['account: {login} has a new password.{"login":"ann"}']),
        most + 1,
      ])
      for (let n = 1; n < most; n++) expect(await change("wrong", "not this one")).toBe("ERR_FORBIDDEN")
      expect(await change(`new ${most}`, "not this one")).toBe("ERR_RATE_LIMITED")
      expect(await outcome(it.one.signIn("ann", `new ${most}`))).toBe("ok")
    })

    test("[ACC3] of two new passwords at once from one session one is kept", async () => {
      await using it = await team()
      const nexts = ["the first new one", "the second new one"]
      const change = (next: string) => outcome(it.one.accounts.changePassword(it.ann, { old: password, next }))
      const both = await Promise.all(nexts.map(change))
      expect(both.toSorted()).toEqual(["ERR_UNAUTHORIZED", "ok"])
      expect(await outcome(it.one.signIn("ann", nexts[both.indexOf("ok")]))).toBe("ok")
    })

    test("[ACC3] whoever signs out a device, by name or by its token, has others look; a token that is none is no error", async () => {
      await using it = await team()
      const [phone, laptop] = [await it.one.signIn("ann"), await it.one.signIn("ann")]
      const { sessionId } = await it.one.actor(phone.token)
      it.one.told.length = it.one.changed = 0
      await it.one.accounts.endSession(it.ann, sessionId)
      expect(it.one.changed).toBe(1)
      for (const token of [laptop.token, laptop.token]) await it.one.accounts.endByToken(token)
      expect(it.one.changed).toBe(3)
      expect(await it.one.accounts.listSessions(it.ann)).toHaveLength(1)
      await it.one.accounts.linkDevice(it.ann)
      expect(it.one.told).toEqual(['account: {login} made a link to another device.{"login":"ann"}'])
    })

    test("[ACC3] of two new passwords at once one is kept, and its session with it", async () => {
      await using it = await team()
      const [phone, laptop] = [await it.one.signIn("ann"), await it.other.signIn("ann")]
      const [onPhone, onLaptop] = [await it.one.actor(phone.token), await it.other.actor(laptop.token)]
      const both = await Promise.all([
        outcome(it.one.accounts.changePassword(onPhone, { old: password, next: "the phone's new one" })),
        outcome(it.other.accounts.changePassword(onLaptop, { old: password, next: "the laptop's new one" })),
      ])
      expect(both.toSorted()).toEqual(["ERR_UNAUTHORIZED", "ok"])
      expect(await outcome(it.one.signIn("ann"))).toBe("ERR_UNAUTHORIZED")
      const kept = both[0] === "ok" ? "the phone's new one" : "the laptop's new one"
      expect(await outcome(it.one.signIn("ann", kept))).toBe("ok")
    })

    test("[ACC5] who joined while the chat could not be reached is welcomed when they come next", async () => {
      await using it = await team()
      const code = await it.invite(1)
      it.other.isChatAway = true
      expect(await outcome(it.other.join(code, "bob"))).toBe("ERR_STORAGE")
      it.other.isChatAway = false
      const bob = await it.other.join(code, "bob")
      expect(it.other.welcomed).toMatchObject([{ userId: bob.account.id, username: "bob" }])
      await it.other.accounts.admit(bob.token)
      expect(it.other.welcomed).toHaveLength(1)
    })

    test("[ACC6] [USER1] an account made in the terminal is known to the chat before anybody signs in to it", async () => {
      const data = await open()
      const { clock } = stoppedClock()
      const store = data.connect()
      const server = new Server(data.connect(), clock)
      const before = await server.accounts.revision()
      const terminal = { store, newSecret: randomSecret, newId: () => crypto.randomUUID(), ...clock, address: () => "" }
      await addPerson(terminal, { login: "Bob", username: "Bob", role: "member" })
      // By which a running server notices.
      expect(await server.accounts.revision()).toBeGreaterThan(before)
      server.isChatAway = true
      expect(await outcome(server.accounts.catchUp())).toBe("ERR_STORAGE")
      server.isChatAway = false
      for (const _ of [1, 2]) await server.accounts.catchUp()
      expect(server.welcomed).toMatchObject([{ username: "Bob" }])
      await Promise.all([store.close(), server.accounts.close()])
      await data[Symbol.asyncDispose]()
    })

    test("[ACC3] an account has so many sessions, and the one that was used longest ago gives way", async () => {
      await using it = await team()
      const tokens: string[] = []
      for (let n = 0; n < limits.sessionsPerAccountMax; n++) {
        it.pass(1)
        tokens.push((await it.one.signIn("ann")).token)
      }
      const revision = await it.other.accounts.revision()
      // Its sockets may be at another server.
      tokens.push((await it.one.signIn("ann")).token)
      expect(await it.other.accounts.revision()).toBe(revision + 1)
      const actor = await it.one.actor(tokens.at(-1) ?? "")
      expect(await it.one.accounts.listSessions(actor)).toHaveLength(limits.sessionsPerAccountMax)
      expect(await outcome(it.one.accounts.listSessions(it.ann))).toBe("ERR_UNAUTHORIZED")
      expect(await outcome(it.one.accounts.admit(tokens[0] ?? ""))).toBe("ERR_UNAUTHORIZED")
      expect(await outcome(it.one.accounts.admit(tokens[1] ?? ""))).toBe("ok")
    })

    test("[ACC4] nothing that is told names a secret", async () => {
      await using it = await team()
      const code = await it.invite(1)
      const bob = await it.one.join(code, "bob")
      await outcome(it.one.signIn("bob", "the wrong password"))
      await it.one.accounts.createResetLink(it.ann, user(bob.account.id))
      expect(it.one.told.length).toBeGreaterThan(3)
      for (const secret of [code, it.setup, password, bob.token, "the wrong password"])
        expect(it.one.told.join("\n")).not.toContain(secret)
    })
  })
}

async function admins(accounts: Accounts, actor: Actor) {
  return (await accounts.listAccounts(actor, { after: undefined, limit: 50 })).users
}

async function inviteBy(server: Server, actor: Actor): Promise<string> {
  return codeIn((await server.accounts.createInvite(actor, { roomId: undefined, uses: 1, expiresInMs: day })).url)
}
