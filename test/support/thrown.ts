/** What the call throws, which must be such an error. */
export function thrownBy<E extends Error>(kind: abstract new (...args: never[]) => E, call: () => unknown): E {
  try {
    call()
  } catch (error) {
    if (error instanceof kind) return error
    throw error
  }
  throw new Error("Nothing was thrown.")
}
