/**
 * The conversations that are measured, as data: who is where, how it is talked, and
 * what Warren should cost of it. Goals and gates are factors of the others' figures.
 */
import type { Pace } from "../src/load/drive.ts"

/** `limit`: at most so many times bare Bun's. `node`: Node's is at least so many times Warren's. */
export interface Bounds {
  readonly limit?: number
  readonly node?: number
}

export interface Talk {
  readonly key: string
  readonly title: string
  readonly rooms: number
  readonly clients: number
  readonly pace: Pace
  /** What the figure is: CPU for each of these, or the latency of an ack. */
  readonly figure: "per delivery" | "per message" | "p99"
  readonly goal: Bounds
  readonly gate: Bounds
}

export const contentBytes = 100

export const talks: readonly Talk[] = [
  {
    key: "crowded-room",
    title: "One room of 500, 4 senders × 4 in flight",
    rooms: 1,
    clients: 500,
    pace: { kind: "in flight", senders: 4, each: 4 },
    figure: "per delivery",
    goal: { limit: 1.15, node: 12 },
    gate: { limit: 1.3, node: 10 },
  },
  {
    key: "small-rooms",
    title: "50 rooms of 4, 50 senders × 4 in flight",
    rooms: 50,
    clients: 200,
    pace: { kind: "in flight", senders: 50, each: 4 },
    figure: "per message",
    goal: { limit: 2, node: 7 },
    gate: { limit: 3, node: 5 },
  },
  {
    key: "one-at-a-time",
    title: "One room of 1,000, one message at a time",
    rooms: 1,
    clients: 1_000,
    pace: { kind: "in flight", senders: 1, each: 1 },
    figure: "per delivery",
    goal: { limit: 1.1, node: 2.3 },
    gate: { limit: 1.2, node: 2 },
  },
  {
    key: "team-rooms",
    title: "50 rooms of 20, 50 senders, one message each in flight",
    rooms: 50,
    clients: 1_000,
    pace: { kind: "in flight", senders: 50, each: 1 },
    figure: "per message",
    goal: { limit: 1.4, node: 3 },
    gate: { limit: 1.6, node: 2.3 },
  },
  {
    key: "steady",
    title: "50 rooms of 20, 10 messages/s each, typing: p99 of an ack",
    rooms: 50,
    clients: 1_000,
    pace: { kind: "rate", perSecond: 500, typing: true },
    figure: "p99",
    goal: { node: 2 },
    gate: {},
  },
]

/** How much of everything a run takes. */
export interface Plan {
  readonly rounds: number
  readonly warmUpMs: number
  readonly windowMs: number
  readonly sockets: number
  readonly messages: number
  readonly starts: number
  readonly crowd: { readonly people: number; readonly idle: number; readonly heldMs: number; readonly messages: number }
}

export const fullPlan: Plan = {
  rounds: 5,
  warmUpMs: 15_000,
  windowMs: 1_500,
  sockets: 5_000,
  messages: 1_000_000,
  starts: 11,
  crowd: { people: 10_000, idle: 0, heldMs: 60_000, messages: 30 },
}

export const quickPlan: Plan = {
  rounds: 3,
  warmUpMs: 1_500,
  windowMs: 500,
  sockets: 1_000,
  messages: 100_000,
  starts: 3,
  crowd: { people: 2_000, idle: 0, heldMs: 5_000, messages: 10 },
}
