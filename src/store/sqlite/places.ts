/** The keys that a list goes through: those behind a place, or the one of a record, which may be new and have it only now. */
export function placesOf(record: { readonly pk: number } | undefined, after: number) {
  return record === undefined ? { from: after + 1, to: Number.MAX_SAFE_INTEGER } : { from: record.pk, to: record.pk }
}
