/**
 * The keys that a list covers: those after a place, or that of one record, which may be new and have its key only now.
 */
export function placesOf(record: { readonly pk: number } | undefined, after: number) {
  return record === undefined ? { from: after + 1, to: Number.MAX_SAFE_INTEGER } : { from: record.pk, to: record.pk }
}
