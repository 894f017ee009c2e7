/**
 * The account of somebody who signed in in this browser (AUTH=accounts). The token is in a cookie that no script can
 * read.
 */
import { isRecord, isString } from "./kept.ts"

export interface Account {
  readonly userId: string
  readonly login: string
  readonly username: string
  readonly role: "admin" | "member"
}

export function isAccount(value: unknown): value is Account {
  return isRecord(value) && [value["userId"], value["login"], value["username"], value["role"]].every(isString)
}
