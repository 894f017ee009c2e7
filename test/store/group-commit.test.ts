import { expect, test } from "bun:test"
import { setImmediate as turn } from "node:timers/promises"
import type { AnyOutcome, Command } from "../../src/chat/rules/rules.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { StoreMeter } from "../../src/observe/store-meter.ts"
import { GroupCommit } from "../../src/store/group-commit.ts"

test("commands of one turn share a commit, and settle in order after it", async () => {
  const { group, submit, events } = recording()

  for (const at of [1, 2, 3]) {
    submit(at)
    await microtasks()
  }
  expect(events).toEqual([])
  await group.close()

  expect(events).toEqual(["commit 1,2,3", "settle 1", "settle 2", "settle 3"])
})

test("commands that arrive during a commit wait for the next one", async () => {
  const gate = Promise.withResolvers<void>()
  const { group, submit, events } = recording({ duringCommit: () => gate.promise })

  submit(1)
  await turn()
  submit(2)
  submit(3)
  await turn()
  expect(events).toEqual([])

  gate.resolve()
  await group.close()
  expect(events).toEqual(["commit 1", "settle 1", "commit 2,3", "settle 2", "settle 3"])
})

test("a command submitted while outcomes are handed out waits for the next commit", async () => {
  const { group, submit, events } = recording()
  submit(1, () => submit(2))
  await turn()
  await turn()
  await group.close()
  expect(events).toEqual(["commit 1", "settle 1", "commit 2", "settle 2"])
})

test("[ERR1] a commit that throws fails its whole batch with ERR_STORAGE, and the next one works", async () => {
  let full = true
  const { group, submit, events, failures } = recording({
    duringCommit: () => {
      if (full) throw new Error("disk full")
    },
  })

  submit(1)
  submit(2)
  await turn()
  await microtasks()
  full = false
  submit(3)
  await group.close()

  expect(events).toEqual(["settle ERR_STORAGE", "settle ERR_STORAGE", "commit 3", "settle 3"])
  expect(failures).toEqual([new Error("disk full")])
})

test("a full queue refuses; so does a closed one, after settling what it had accepted", async () => {
  const { group, submit, events } = recording({ pendingMax: 2 })
  submit(1)
  submit(2)
  expect(() => submit(3)).toThrow(expect.objectContaining({ code: "ERR_BUSY" }))

  const closed = group.close()
  expect(() => submit(4)).toThrow(expect.objectContaining({ code: "ERR_BUSY" }))
  await closed
  expect(() => submit(5)).toThrow(expect.objectContaining({ code: "ERR_BUSY" }))
  expect(events).toEqual(["commit 1,2", "settle 1", "settle 2"])
})

test("a settlement that throws is reported, and its neighbours are settled all the same", async () => {
  const { group, submit, events, failures } = recording()
  submit(1, () => {
    throw new Error("a bug")
  })
  submit(2)
  await group.close()
  expect(events).toEqual(["commit 1,2", "settle 1", "settle 2"])
  expect(failures).toEqual([new Error("a bug")])
})

test("what is announced in one go is bounded: other work gets its turn between two batches", async () => {
  const { group, submit, events } = recording({ pendingMax: 600 })
  for (let at = 0; at < 600; at++) submit(at)
  await turn()
  await turn()
  await group.close()
  const commits = events.filter((event) => event.startsWith("commit")).map((event) => event.split(",").length)
  expect(commits).toEqual([256, 256, 88])
})

test("what a commit did not reach comes again before what is newer; one that reaches nothing fails its first command", async () => {
  const events: string[] = []
  let reached = 2
  const group = new GroupCommit({
    commit: (commands) => {
      events.push(`commit ${commands.map((command) => "at" in command && command.at)}`)
      return commands.slice(0, reached).map(() => true as const)
    },
    pendingMax: 10,
    onFailure: () => {},
  })
  const submit = (at: number, then = () => {}) =>
    group.submit({ kind: "probe", at }, (outcome) => {
      events.push(`settle ${outcome instanceof ChatError ? outcome.code : at}`)
      then()
    })
  submit(1, () => {
    submit(5)
    submit(6)
  })
  for (const at of [2, 3]) submit(at)
  submit(4, () => {
    reached = 0
  })
  await turn()
  await turn()
  await group.close()
  expect(events).toEqual([
    ...["commit 1,2,3,4", "settle 1", "settle 2", "commit 3,4,5,6", "settle 3", "settle 4"],
    ...["commit 5,6", "settle ERR_INTERNAL", "commit 6", "settle ERR_INTERNAL"],
  ])
})

test("where several shared a commit, the next one waits for others as long as it took, 20 ms at most", async () => {
  for (const [commitMs, restMs] of [
    [8, [8]],
    [2_000, [20]],
    [1, [1]],
    [0.9, []],
  ] as const) {
    const { group, submit, events, rests } = timed(commitMs, () => submit(4))
    submit(1)
    submit(2, () => submit(3))
    for (let i = 0; i < 6; i++) await turn()
    await group.close()
    expect(rests).toEqual([...restMs])
    const commits = events.filter((event) => event.startsWith("commit"))
    expect(commits).toEqual(restMs.length === 0 ? ["commit 1,2", "commit 3"] : ["commit 1,2", "commit 3,4"])
  }
})

test("nobody waits for others who sends one after the other, fills a commit, or is the last", async () => {
  const alone = timed(8)
  alone.submit(1, () => alone.submit(2, () => alone.submit(3)))
  for (let i = 0; i < 4; i++) await turn()
  await alone.group.close()
  expect(alone.rests).toEqual([])

  const crowded = timed(8)
  for (let at = 0; at < 512; at++) crowded.submit(at)
  await turn()
  await turn()
  await crowded.group.close()
  expect(crowded.rests).toEqual([])

  const closing = timed(8)
  closing.submit(1)
  closing.submit(2, () => {
    closing.submit(3)
    void closing.group.close()
  })
  await turn()
  await turn()
  await closing.group.close()
  expect([closing.rests, closing.events.at(-1)]).toEqual([[], "settle 3"])

  const later = timed(8)
  later.submit(1)
  later.submit(2)
  await turn()
  await turn()
  later.clock.ms += 8
  later.submit(3)
  await turn()
  await turn()
  expect([later.rests, later.events.at(-1)]).toEqual([[], "settle 3"])
})

test("a meter counts the commands of a batch, how long it took and how many wait", async () => {
  const meter = new StoreMeter()
  const { group, submit } = recording({ meter })
  const beganMs = performance.now()
  for (const at of [1, 2, 3]) submit(at)
  expect([meter.queue(), meter.commands]).toEqual([3, 0])
  await group.close()
  expect([meter.queue(), meter.commands]).toEqual([0, 3])
  expect(meter.batchSeconds.sum).toBeGreaterThan(0)
  expect(meter.batchSeconds.sum).toBeLessThanOrEqual((performance.now() - beganMs) / 1_000)
})

/** A group of probes, each known by its time, and the events they leave. */
function recording({
  pendingMax = 10,
  duringCommit = () => {},
  ...options
}: {
  readonly pendingMax?: number
  readonly duringCommit?: () => void | Promise<void>
  readonly meter?: StoreMeter
  readonly elapsedMs?: () => number
  readonly sleep?: (ms: number) => Promise<void>
} = {}) {
  const events: string[] = []
  const failures: unknown[] = []
  const commit = async (commands: readonly Command[]): Promise<AnyOutcome[]> => {
    await duringCommit()
    events.push(`commit ${commands.map((command) => "at" in command && command.at)}`)
    return commands.map(() => true)
  }
  const group = new GroupCommit({ ...options, commit, pendingMax, onFailure: (cause) => failures.push(cause) })
  const submit = (at: number, then = () => {}) =>
    group.submit({ kind: "probe", at }, (outcome) => {
      events.push(`settle ${outcome instanceof ChatError ? outcome.code : at}`)
      then()
    })
  return { group, submit, events, failures }
}

/** By a clock that only commits and rests move on. */
function timed(commitMs: number, duringRest = () => {}) {
  const clock = { ms: 1_000 }
  const rests: number[] = []
  const group = recording({
    pendingMax: 1_000,
    duringCommit: () => {
      clock.ms += commitMs
    },
    elapsedMs: () => clock.ms,
    sleep: async (ms) => {
      rests.push(ms)
      clock.ms += ms
      duringRest()
    },
  })
  return { ...group, clock, rests }
}

/** What runs between two frames of one socket read. */
async function microtasks() {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
