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
  const [reset, setReset] = useState<{ readonly url: string; readonly name: string }>()
  const { found, problem, act } = useAsked(
    () => connection.request("list_accounts", { userId, limit: 100, ...(after !== undefined && { after }) }),
    after,
  )
  const update = (targetId: string, change: { role?: "admin" | "member"; isActive?: boolean }) =>
    act(connection.request("update_user", { userId, targetId, ...change }))
  const makeReset = async (targetId: string, name: string) => {
    const answer = await connection.request("create_reset_link", { userId, targetId })
    if (answer.ok) setReset({ url: answer.url, name })
  }
  return (
    <>
      <Problem text={problem} />
      {reset !== undefined && <LinkCard url={reset.url} note={t.resetNote(reset.name)} />}
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
                <button type="button" class="button quiet" onClick={() => makeReset(user.userId, user.username)}>
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
          </li>
        ))}
      </ul>
      {found?.hasMore && (
        <button type="button" class="button quiet" onClick={() => setAfter(found.users.at(-1)?.login)}>
          {t.morePeople}
        </button>
      )}
      {after !== undefined && (
        <button type="button" class="button quiet" onClick={() => setAfter(undefined)}>
          {t.firstPeople}
        </button>
      )}
    </>
  )
}
