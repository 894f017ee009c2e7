/** What came in and went out, counted where it happens. */
import { Counters } from "../observe/counters.ts"

export class Traffic {
  /** Requests that were granted, by their event. */
  readonly granted = new Counters()
  /** Events that were told to a room or a user. */
  broadcasts = 0
  /** The same, counted once for each connection. */
  deliveries = 0

  told(connections: number): void {
    this.broadcasts++
    this.deliveries += connections
  }
}
