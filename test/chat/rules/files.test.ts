import { expect, test } from "bun:test"
import { changeAvatar } from "../../../src/chat/rules/files.ts"
import { newFileId } from "../../support/ids.ts"
import { batchOf, person } from "./records.ts"

test("a picture is let go or held where it becomes another file of this server, wherever that is reached", () => {
  const [one, other] = [newFileId(), newFileId()]
  const at = (host: string, id: string) => `https://${host}/files/${id}/a.png`
  const changed = (from: string | null, to: string | null) => {
    const [batch, ann] = [batchOf(), { ...person("ann"), avatar: from }]
    changeAvatar(batch, ann, to)
    expect(ann.avatar).toBe(to)
    return [...batch.take().files.pictures.values()]
  }
  expect(changed(null, at("a.example", one))).toEqual([one])
  expect(changed(at("a.example", one), at("a.example", other))).toEqual([other])
  expect(changed(at("a.example", one), "https://b.example/1.png")).toEqual([undefined])
  expect(changed(at("a.example", one), at("b.example", one))).toEqual([])
  expect(changed("https://b.example/1.png", null)).toEqual([])
})
