/**
 * The text of a body, up to a bound. Beyond that nothing is read, however it is sent: the
 * length in the header may be missing or wrong.
 */

/** Undefined for a body that is larger. Rejects when it ends early. */
export async function textOf({ body }: Request | Response, bytesMax: number): Promise<string | undefined> {
  if (body === null) return ""
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the stream.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}
