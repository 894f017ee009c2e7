/** What stands before the chat: a link's code to be used, signing in, or a token, as this server lets people in. */
import { useEffect, useState } from "preact/hooks"
import { arrivedCode } from "../../../contract/arrival.ts"
import { type WaysIn, waysIn } from "../../core/account-calls.ts"
import { offeredCode } from "../offered-code.ts"
import { overlay } from "../overlay.ts"
import { Arrived } from "./arrived.tsx"
import { CodeGate } from "./code-gate.tsx"
import { Coming } from "./coming.tsx"
import { SignIn } from "./sign-in.tsx"
import { TokenView } from "./token-view.tsx"

/** After a server that could not be asked. */
const againMs = 2_000

export function Entrance() {
  const code = offeredCode.value
  // What somebody had open is not for whoever comes in next.
  useEffect(() => {
    overlay.value = undefined
  }, [])
  if (code === arrivedCode) return <Arrived />
  return code === undefined ? <Door /> : <CodeGate key={code} code={code} />
}

function Door() {
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
  if (ways === undefined) return <Coming />
  return ways.hasAccounts ? <SignIn ways={ways} /> : <TokenView />
}
