/** The entrance to the chat: a link's code to be used or, depending on this server, a name, signing in, or a token. */
import { useEffect, useState } from "preact/hooks"
import { arrivedCode } from "../../../contract/arrival.ts"
import { type WaysIn, waysIn } from "../../core/account-calls.ts"
import { useClient } from "../context.ts"
import { offeredCode } from "../offered-code.ts"
import { overlay, search } from "../overlay.ts"
import { Arrived } from "./arrived.tsx"
import { CodeGate } from "./code-gate.tsx"
import { Coming } from "./coming.tsx"
import { SignIn } from "./sign-in.tsx"
import { TokenView } from "./token-view.tsx"
import { Welcome } from "./welcome.tsx"

/** Retries after a server that could not be reached. */
const againMs = 2_000

export function Entrance() {
  const code = offeredCode.value
  // The next user must not get what the last one had open or searched for.
  useEffect(() => {
    overlay.value = search.value = undefined
  }, [])
  if (code === arrivedCode) return <Arrived />
  return code === undefined ? <Door /> : <CodeGate key={code} code={code} />
}

/** Whether anybody may enter with a name; the document says so, so nobody waits to learn it. */
const isOpen = () => document.documentElement.dataset["auth"] === "open"

function Door() {
  const { identity, connection } = useClient()
  const isLocked = connection.state.value.kind === "unauthorized"
  // A token may name the user without a username.
  if (!isLocked && (isOpen() || identity.token !== undefined)) return <Welcome />
  return <Lock isLocked={isLocked} />
}

/** Until the server refuses, it may know this browser by its cookie. */
function Lock({ isLocked }: { readonly isLocked: boolean }) {
  const [ways, setWays] = useState<WaysIn>()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      const found = await waysIn()
      setWays(found)
      if (found === undefined) timer = setTimeout(ask, againMs)
    }
    void ask()
    return () => clearTimeout(timer)
  }, [])
  if (!isLocked || ways === undefined) return <Coming />
  return ways.hasAccounts ? <SignIn ways={ways} /> : <TokenView />
}
