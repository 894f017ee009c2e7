/** Apart from the schemas, so that a page can ask without them. */

/** Raster pictures, which a browser shows and nothing runs in. */
export function isPicture(mimeType: string): boolean {
  return /^image\/(?:png|jpeg|gif|webp|avif)$/.test(mimeType)
}
