/** Apart from the schemas, so that a page can ask without them. */

/** Raster pictures, which a browser shows and nothing runs in. */
export const pictureTypes: readonly string[] = ["png", "jpeg", "gif", "webp", "avif"].map((kind) => `image/${kind}`)

export const isPicture = (mimeType: string): boolean => pictureTypes.includes(mimeType)
