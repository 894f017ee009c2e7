/** The people with accounts: who is an administrator, who may sign in, and links to new passwords. */
import { useState } from "preact/hooks"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import { useAsked } from "./asking.ts"
import { LinkCard } from "./link-card.tsx"

export function People() {
  const { connection, identity } = useClient()
  const t = laterTexts().account
  const { userId } = identity
  /** The page starts after this login. */
  const [after, setAfter] = useState<string>()
  /** The last one something was done about: what came of it is told beside them, and not out of sight. */
  const [doneTo, setDoneTo] = useState<string>()
  const [resetUrl, setResetUrl] = useState<string>()
  const { found, problem, act } = useAsked(
    () => connection.request("list_accounts", { userId, limit: 100, ...(after !== undefined && { after }) }),
    after,
  )
  const turnTo = (login: string | undefined) => {
    setAfter(login)
    setDoneTo(undefined)
  }
  const actOn = (targetId: string, done: Parameters<typeof act>[0]) => {
    setDoneTo(targetId)
    setResetUrl(undefined)
    void act(done)
  }
  const update = (targetId: string, change: { role?: "admin" | "member"; isActive?: boolean }) =>
    actOn(targetId, connection.request("update_user", { userId, targetId, ...change }))
  const makeReset = async (targetId: string) => {
    const answer = await connection.request("create_reset_link", { userId, targetId })
    if (answer.ok) setResetUrl(answer.url)
    return answer
  }
  return (
    <>
      {doneTo === undefined && <Problem text={problem} />}
      <ul>
        {found?.users.map((user) => (
          <li key={user.userId} class={`person ${user.isActive ? "" : "inactive"}`}>
            <span>
              <strong>
                <bdi>{user.username}</bdi>
              </strong>
              <small>
                <bdi>{user.login}</bdi>
                {user.role === "admin" && ` · ${t.administrator}`}
                {!user.isActive && ` · ${t.inactive}`}
              </small>
            </span>
            {user.userId !== userId && (
              <span class="buttons">
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => update(user.userId, { role: user.role === "admin" ? "member" : "admin" })}
                >
                  {user.role === "admin" ? t.demote : t.promote}
                </button>
                <button type="button" class="button quiet" onClick={() => actOn(user.userId, makeReset(user.userId))}>
                  {t.resetLink}
                </button>
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => update(user.userId, { isActive: !user.isActive })}
                >
                  {user.isActive ? t.deactivate : t.activate}
                </button>
              </span>
            )}
            {user.userId === doneTo && (
              <>
                <Problem text={problem} />
                {resetUrl !== undefined && <LinkCard url={resetUrl} note={t.resetNote(user.username)} />}
              </>
            )}
          </li>
        ))}
      </ul>
      {found?.hasMore && (
        <button type="button" class="button quiet" onClick={() => turnTo(found.users.at(-1)?.login)}>
          {t.morePeople}
        </button>
      )}
      {after !== undefined && (
        <button type="button" class="button quiet" onClick={() => turnTo(undefined)}>
          {t.firstPeople}
        </button>
      )}
    </>
  )
}
