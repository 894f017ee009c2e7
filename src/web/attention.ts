/**
 * Whether somebody looks: the page is visible and has the focus. On coming back to it the
 * connection is put to the test, since a machine that slept may hold one that is dead.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { Client } from "./core/client.ts"

const checkTimeoutMs = 5_000
/** A shorter absence proves nothing. */
const absenceMs = 15_000
/** Nobody is told of a new room or a new name: while the page is in view, they are asked for as often as this. */
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
