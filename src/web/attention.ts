/**
 * Whether somebody looks: the page is visible and has the focus. When they come back, the
 * connection is tested, since a machine that slept may hold a dead one.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { Client } from "./core/client.ts"

const checkTimeoutMs = 5_000
/** A shorter absence proves nothing. */
const absenceMs = 15_000
/** New rooms and names are not told: while the page is visible, they are fetched at this interval. */
const roomsRenewalMs = 5_000
const membersRenewalMs = 15_000

export class Attention {
  readonly #isHere = signal(isHere())
  readonly #client: Client
  #leftMs = 0

  constructor(client: Client) {
    this.#client = client
    for (const event of ["focus", "blur"]) addEventListener(event, () => this.#look())
    document.addEventListener("visibilitychange", () => this.#look())
    addEventListener("online", () => this.#check())
    setInterval(() => isInView() && void client.directory.renew(), roomsRenewalMs)
    setInterval(() => isInView() && void client.open.value?.renewMembers(), membersRenewalMs)
  }

  get isHere(): ReadonlySignal<boolean> {
    return this.#isHere
  }

  #look(): void {
    const was = this.#isHere.value
    this.#isHere.value = isHere()
    if (was && !this.#isHere.value) this.#leftMs = Date.now()
    if (!was && this.#isHere.value && Date.now() - this.#leftMs > absenceMs) this.#check()
  }

  #check(): void {
    if (!this.#client.connection.isOnline) this.#client.connection.wake()
    else void this.#client.open.value?.feed.check(checkTimeoutMs)
    void this.#client.directory.renew()
    void this.#client.open.value?.renewMembers()
  }
}

function isHere(): boolean {
  return isInView() && document.hasFocus()
}

function isInView(): boolean {
  return document.visibilityState === "visible"
}
