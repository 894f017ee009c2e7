import { expect, test } from "bun:test"
import { rowUpToNpm } from "../../src/cli/runner.ts"

const processes: Record<number, { parent: number; command: string }> = {
  1: { parent: 0, command: "/sbin/init " },
  2: { parent: 1, command: "bash " },
  3: { parent: 2, command: "npm exec bun@1.4.5 run start " },
  4: { parent: 3, command: "sh -c 'bun' run start " },
  5: { parent: 4, command: "bun run start " },
  6: { parent: 2, command: "node /usr/bin/npm start " },
  7: { parent: 2, command: "bun run start " },
  8: { parent: 2, command: "node /usr/lib/node_modules/npm/bin/npx-cli.js bun run start " },
  9: { parent: 4, command: "node /home/ann/npmish/x.js " },
  10: { parent: 9, command: "sh " },
  11: { parent: 10, command: "sh " },
}
const rowOf = (pid: number) => rowUpToNpm(pid, (pid) => processes[pid])

test("the row goes up to the npm that started it, and no farther", () => {
  expect(rowOf(5)).toEqual([5, 4, 3])
  expect(rowOf(6)).toEqual([6])
  expect(rowOf(8)).toEqual([8])
})

test("there is none without an npm: the end of a shell ends no server", () => {
  expect(rowOf(7)).toEqual([])
  expect(rowOf(2)).toEqual([])
  expect(rowOf(11)).toEqual([])
  expect(rowOf(99)).toEqual([])
})
