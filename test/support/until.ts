/** Resolves once the condition holds; rejects, naming it, when that takes too long. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 60_000) {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not come to this within ${withinMs} ms: ${what}`)
    await Bun.sleep(5)
  }
}
