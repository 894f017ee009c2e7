/**
 * How much one socket, one user and one address may ask for. Whoever asks for more is told
 * when to come again; whoever ignores that is disconnected. Each refusal is counted under
 * the name of its limit.
 */

import type { Place, Quota } from "../../chat/request.ts"
import type { RateClass } from "../../contract/definition.ts"
import { minuteMs } from "../../contract/durations.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { AddressKey } from "../http/address.ts"
import { Bucket, BucketTable, Recent } from "./buckets.ts"

/** Waiting does not change the number of rooms; a client that does not know that asks again once a minute. */
const roomsRetryMs = minuteMs
/** Nobody knows when another socket of an address ends; after this it is worth another try. */
const socketsRetryMs = 10_000
/** The same for uploads. */
const uploadsRetryMs = 1_000

/** The limits of the whole server. */
export class Limiter {
  readonly #incidents: Incidents
  readonly #messages = new BucketTable(limits.messageRate)
  readonly #roomsOfUsers = new BucketTable(limits.newRoomsPerUserRate)
  readonly #roomsOfAddresses = new BucketTable(limits.newRoomsPerAddressRate)
  readonly #directsOfUsers = new BucketTable(limits.newDirectRoomsPerUserRate)
  readonly #usersOfAddresses = new BucketTable(limits.newUsersPerAddressRate)
  readonly #bytesOfAddresses = new BucketTable(limits.messageKiBPerAddressRate)
  readonly #connections = new BucketTable(limits.connectionsPerAddressRate)
  readonly #requests = new BucketTable(limits.requestsPerAddressRate)
  readonly #uploads = new BucketTable(limits.uploadRate)
  readonly #uploadedKiB = new BucketTable(limits.uploadKiBRate)
  readonly #coming = new Map<string, number>()
  readonly #ownData = new BucketTable(limits.ownDataRate)
  readonly #sockets = new Map<AddressKey, number>()
  readonly #ofConnections = new WeakMap<
    object,
    { readonly userId: string | undefined; readonly limiter: SocketLimiter }
  >()

  constructor(incidents: Incidents) {
    this.#incidents = incidents
  }

  /** Number of addresses with sockets. */
  get addresses(): number {
    return this.#sockets.size
  }

  /** An HTTP request that belongs to no open connection. Returns 0, or the milliseconds until one is allowed. */
  checkHttp(address: AddressKey, nowMs: number): number {
    const waitMs = this.#requests.take(address, nowMs)
    if (waitMs === 0) return 0
    const limit = "requestsPerAddressRate"
    this.#incidents.report(limit, "A request from {address} was refused by {limit}.", { address, limit })
    return waitMs
  }

  /** An upload of so many bytes, by a user or an address. Returns 0, or the milliseconds until one is allowed. */
  checkUpload(owner: string, bytes: number, nowMs: number): number {
    const waitMs = this.#uploads.take(owner, nowMs)
    if (waitMs > 0) this.#incidents.count("uploadRate")
    if (waitMs > 0 || bytes === 0) return waitMs
    const bytesWaitMs = this.#uploadedKiB.take(owner, nowMs, bytes / 1024)
    if (bytesWaitMs > 0) this.#incidents.count("uploadKiBRate")
    return bytesWaitMs
  }

  /** Bytes whose length was not announced: they count once they have arrived. */
  chargeUpload(owner: string, bytes: number, nowMs: number): void {
    this.#uploadedKiB.charge(owner, nowMs, bytes / 1024)
  }

  /** Takes a place for an upload in progress. Returns 0, or the milliseconds until there is one. */
  admitUpload(owner: string): number {
    const coming = this.#coming.get(owner) ?? 0
    if (coming < limits.uploadsPerOwnerMax) {
      this.#coming.set(owner, coming + 1)
      return 0
    }
    this.#incidents.count("uploadsPerOwnerMax")
    return uploadsRetryMs
  }

  /** Gives the place back. */
  releaseUpload(owner: string): void {
    const coming = (this.#coming.get(owner) ?? 0) - 1
    if (coming > 0) this.#coming.set(owner, coming)
    else this.#coming.delete(owner)
  }

  /** A download of an account's own data. Returns 0, or the milliseconds until one is allowed. */
  checkOwnData(userId: string, nowMs: number): number {
    const waitMs = this.#ownData.take(userId, nowMs)
    if (waitMs > 0) this.#incidents.count("ownDataRate")
    return waitMs
  }

  /** Takes a seat for a socket. Returns 0, or the milliseconds until there is one. */
  admit(address: AddressKey, nowMs: number): number {
    const sockets = this.#sockets.get(address) ?? 0
    if (sockets >= limits.socketsPerAddressMax) return this.#refuse("socketsPerAddressMax", address, socketsRetryMs)
    const waitMs = this.#connections.take(address, nowMs)
    if (waitMs > 0) return this.#refuse("connectionsPerAddressRate", address, waitMs)
    this.#sockets.set(address, sockets + 1)
    return 0
  }

  /** Gives the seat back. */
  release(address: AddressKey): void {
    const sockets = (this.#sockets.get(address) ?? 0) - 1
    if (sockets > 0) this.#sockets.set(address, sockets)
    else this.#sockets.delete(address)
  }

  /**
   * `userId` if a token names the user: what it sends and creates then counts for all of its sockets together. One
   * connection and user always get the same object, so leaving and entering again resets nothing.
   */
  forSocket(connection: object, address: AddressKey, userId: string | undefined): SocketLimiter {
    const earlier = this.#ofConnections.get(connection)
    if (earlier !== undefined && earlier.userId === userId) return earlier.limiter
    const limiter = this.#newSocketLimiter(address, userId)
    this.#ofConnections.set(connection, { userId, limiter })
    return limiter
  }

  #newSocketLimiter(address: AddressKey, userId: string | undefined): SocketLimiter {
    const incidents = this.#incidents
    return new SocketLimiter(
      userId === undefined
        ? {
            incidents,
            messages: undefined,
            newRooms: (nowMs) => this.#roomsOfAddresses.take(address, nowMs),
            newRoomsLimit: "newRoomsPerAddressRate",
            users: {
              take: (nowMs) => this.#usersOfAddresses.take(address, nowMs),
              giveBack: () => this.#usersOfAddresses.giveBack(address),
            },
            directs: undefined,
            messageKiB: (kibibytes, nowMs) => this.#bytesOfAddresses.take(address, nowMs, kibibytes),
          }
        : {
            incidents,
            messages: (nowMs) => this.#messages.take(userId, nowMs),
            newRooms: (nowMs) => this.#roomsOfUsers.take(userId, nowMs),
            newRoomsLimit: "newRoomsPerUserRate",
            users: undefined,
            directs: {
              take: (nowMs) => this.#directsOfUsers.take(userId, nowMs),
              giveBack: () => this.#directsOfUsers.giveBack(userId),
            },
            messageKiB: undefined,
          },
    )
  }

  #refuse(limit: keyof typeof limits, address: AddressKey, waitMs: number): number {
    this.#incidents.report(limit, "A connection from {address} was refused by {limit}.", { address, limit })
    return waitMs
  }
}

interface Places {
  readonly take: (nowMs: number) => number
  readonly giveBack: () => void
}

interface SharedLimits {
  readonly incidents: Incidents
  readonly messages: ((nowMs: number) => number) | undefined
  readonly newRooms: (nowMs: number) => number
  readonly newRoomsLimit: keyof typeof limits
  /** None with tokens: their issuer bounds the number of users. */
  readonly users: Places | undefined
  /** None where there are no direct rooms. */
  readonly directs: Places | undefined
  readonly messageKiB: ((kibibytes: number, nowMs: number) => number) | undefined
}

const freePlace: Place = { waitMs: 0, end: () => {} }

/** The limits of one socket. */
export class SocketLimiter implements Quota {
  readonly #shared: SharedLimits
  readonly #buckets = {
    message: new Bucket(),
    join: new Bucket(),
    page: new Bucket(),
    search: new Bucket(),
    other: new Bucket(),
  }
  /** Created at the first refusal: most sockets never have one. */
  #refusals: Recent | undefined

  constructor(shared: SharedLimits) {
    this.#shared = shared
  }

  /** Throws ERR_RATE_LIMITED. */
  checkRequest(kind: RateClass, nowMs: number): void {
    const limit = `${kind}Rate` as const
    const waitMs =
      kind === "message" && this.#shared.messages !== undefined
        ? this.#shared.messages(nowMs)
        : this.#buckets[kind].take(limits[limit], nowMs)
    if (waitMs > 0) throw this.#refusal(limit, waitMs)
  }

  /** Throws ERR_RATE_LIMITED when the socket is in as many rooms as it may be. */
  checkRooms(rooms: number): void {
    if (rooms < limits.roomsPerSocketMax) return
    const message = `A connection may be in ${limits.roomsPerSocketMax} rooms; leave one first.`
    throw this.#refusal("roomsPerSocketMax", roomsRetryMs, message)
  }

  /** Throws ERR_RATE_LIMITED when no more rooms may be created for now. */
  checkNewRoom(nowMs: number): void {
    const waitMs = this.#shared.newRooms(nowMs)
    if (waitMs > 0) throw this.#refusal(this.#shared.newRoomsLimit, waitMs)
  }

  /** Throws ERR_RATE_LIMITED when the address has sent as much as may be stored of one. */
  checkMessage(bytes: number, nowMs: number): void {
    const waitMs = this.#shared.messageKiB?.((bytes + limits.messageOverheadBytes) / 1024, nowMs) ?? 0
    if (waitMs > 0) throw this.#refusal("messageKiBPerAddressRate", waitMs)
  }

  placeForUser(nowMs: number): Place {
    return this.#place("newUsersPerAddressRate", this.#shared.users, nowMs)
  }

  placeForDirect(nowMs: number): Place {
    return this.#place("newDirectRoomsPerUserRate", this.#shared.directs, nowMs)
  }

  #place(limit: keyof typeof limits, places: Places | undefined, nowMs: number): Place {
    if (places === undefined) return freePlace
    const waitMs = places.take(nowMs)
    const end: Place["end"] = (found) => {
      if (found === "refused") this.#shared.incidents.count(limit)
      else if (found === "known" && waitMs === 0) places.giveBack()
    }
    return { waitMs, end }
  }

  /** Counts a refusal. Returns whether it was the last that this socket gets. */
  isLastRefusal(nowMs: number): boolean {
    this.#refusals ??= new Recent(limits.refusalsMax, limits.refusalsWindowMs)
    return this.#refusals.add(nowMs)
  }

  #refusal(limit: keyof typeof limits, retryAfterMs: number, message?: string): ChatError {
    this.#shared.incidents.count(limit)
    return new ChatError("ERR_RATE_LIMITED", { ...(message !== undefined && { message }), details: { retryAfterMs } })
  }
}
