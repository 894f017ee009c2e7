/**
 * A recording. While it plays it goes on when its row leaves the page, as a few new messages bring about: it is then over
 * the list, until its row is there again or it is over.
 */
import { signal } from "@preact/signals"
import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import type { SharedFile } from "../core/wire.ts"
import { texts } from "../texts/texts.ts"
import { CloseIcon } from "./icons.tsx"

interface Playing {
  readonly file: SharedFile
  readonly sound: HTMLAudioElement
}

const apart = signal<Playing | undefined>(undefined)
/** In the page while a room is open. */
let placeApart: HTMLElement | null = null

export function Recording({ file }: { readonly file: SharedFile }) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const sound = takeBack(file) ?? soundOf(file)
    place.current?.append(sound)
    return () => {
      if (!sound.paused) setApart({ file, sound })
    }
  }, [file.id])
  return <div class="recording" ref={place} />
}

export function PlayingApart() {
  const place = useRef<HTMLSpanElement>(null)
  const playing = apart.value
  useEffect(() => {
    placeApart = place.current
    return () => {
      placeApart = null
      apart.value = undefined
    }
  }, [])
  useEffect(() => {
    const end = () => {
      apart.value = undefined
    }
    playing?.sound.addEventListener("ended", end)
    return () => playing?.sound.removeEventListener("ended", end)
  }, [playing])
  const stop = () => {
    playing?.sound.remove()
    apart.value = undefined
  }
  return (
    <div class="float playing" hidden={playing === undefined}>
      <bdi class="name">{playing?.file.name}</bdi>
      <span ref={place} />
      <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={stop}>
        <CloseIcon />
      </button>
    </div>
  )
}

function soundOf({ url, name }: SharedFile): HTMLAudioElement {
  const sound = new Audio()
  sound.preload = "metadata"
  sound.controls = true
  sound.src = url
  sound.setAttribute("aria-label", name)
  return sound
}

function takeBack({ id }: SharedFile): HTMLAudioElement | undefined {
  const playing = apart.peek()
  if (playing?.file.id !== id) return undefined
  apart.value = undefined
  return playing.sound
}

/** At once: a sound that is in no page stops. */
function setApart(playing: Playing): void {
  if (placeApart === null) return
  placeApart.replaceChildren(playing.sound)
  apart.value = playing
}
