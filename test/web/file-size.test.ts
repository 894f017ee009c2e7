import { expect, test } from "bun:test"
import { sizeOf } from "../../src/web/views/file-size.ts"

test("a file's size is said as people say it", () => {
  const sizes = [0, 1, 11, 999, 1_000, 1_234, 12_345, 2_500_000, 100_000_000, 3_210_000_000]
  expect(sizes.map(sizeOf)).toEqual([
    "0 bytes",
    "1 byte",
    "11 bytes",
    "999 bytes",
    "1 kB",
    "1.2 kB",
    "12 kB",
    "2.5 MB",
    "100 MB",
    "3.2 GB",
  ])
})
