/** A browser's name in two words: all of them claim to be several others, so the order matters. */
const browsers = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const

const systems = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/Linux|X11/, "Linux"],
] as const

/** `undefined` if it has no name. */
export function clientName(client: string): string | undefined {
  const named = [browsers, systems].map((known) => known.find(([pattern]) => pattern.test(client))?.[1])
  const words = named.filter((name) => name !== undefined)
  if (words.length > 0) return words.join(" · ")
  return /^[^\s/(]{1,40}/.exec(client)?.[0]
}
