/**
 * Makes the page installable as an app: a manifest, and icons as PNG, since not every
 * system takes SVG. Their paths are fixed, since systems remember them.
 */
import appleTouchIcon from "../../web/icons/apple-touch-icon.png" with { type: "file" }
import icon48 from "../../web/icons/icon-48.png" with { type: "file" }
import icon192 from "../../web/icons/icon-192.png" with { type: "file" }
import icon512 from "../../web/icons/icon-512.png" with { type: "file" }
import maskableIcon from "../../web/icons/icon-maskable-512.png" with { type: "file" }
import manifest from "../../web/icons/manifest.json"
import type { Content } from "./static.ts"

const icons = {
  // Every browser takes a PNG under this name.
  "/favicon.ico": icon48,
  "/apple-touch-icon.png": appleTouchIcon,
  "/icon-192.png": icon192,
  "/icon-512.png": icon512,
  "/icon-maskable-512.png": maskableIcon,
}

/** For the page's head. */
export const installLinks =
  '<link rel="manifest" href="/manifest.webmanifest"><link rel="apple-touch-icon" href="/apple-touch-icon.png">'

export async function installableContents(): Promise<readonly Content[]> {
  const pictures = Object.entries(icons).map(async ([path, file]): Promise<Content> => {
    return { path, body: await Bun.file(file).bytes(), type: "image/png" }
  })
  const described = { path: "/manifest.webmanifest", body: JSON.stringify(manifest), type: "application/manifest+json" }
  return [described, ...(await Promise.all(pictures))]
}
