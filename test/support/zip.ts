/** A zip of files of JSON, as they are: nothing is packed. */
export function storedZip(files: Readonly<Record<string, unknown>>): Buffer {
  return storedZipOf(Object.entries(files))
}

/** The same, of files that need not be in memory all at once. */
export function storedZipOf(files: Iterable<readonly [path: string, content: unknown]>): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [path, content] of files) {
    const [name, text] = [Buffer.from(path), Buffer.from(JSON.stringify(content))]
    const sizes = numbers([text.length, 4], [text.length, 4], [name.length, 2], [0, 2])
    const rest = [numbers([10, 2], [0, 2], [0, 2], [0, 4], [Bun.hash.crc32(text), 4]), sizes]
    const local = Buffer.concat([numbers([0x04034b50, 4]), ...rest, name, text])
    locals.push(local)
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4])
    entries.push(Buffer.concat([numbers([0x02014b50, 4], [20, 2]), ...rest, place, name]))
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const counts = numbers([entries.length, 2], [entries.length, 2], [directory.length, 4], [offset, 4], [0, 2])
  return Buffer.concat([...locals, directory, numbers([0x06054b50, 4], [0, 2], [0, 2]), counts])
}

function numbers(...values: (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes)
      buffer.writeUIntLE(value, 0, bytes)
      return buffer
    }),
  )
}
