/**
 * Crops a picture to a square and uploads it: by dragging and the wheel, or with three sliders for keyboards and screen
 * readers. What is visible is what is sent, drawn by the browser, so nothing else of the file is sent.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { Problem } from "../field.tsx"
import { applyPicture } from "./apply-picture.ts"
import { type Crop, dragged, middle, squareOf, zoomed, zoomMax } from "./square.ts"

interface CropPictureProps {
  readonly source: File
  readonly onApplied: (url: string) => void
  readonly onCancel: () => void
}

/** The side length of what is sent: four times the largest place for it. */
const pixels = 256

export function CropPicture({ source, onApplied, onCancel }: CropPictureProps) {
  const client = useClient()
  const t = laterTexts().crop
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = usePicture(source)
  const [crop, setCrop] = useState(middle)
  const [cancel, setCancel] = useState<() => void>()
  const [problem, setProblem] = useState<string>()
  useLayoutEffect(() => {
    if (picture instanceof ImageBitmap) draw(canvas.current, picture, crop)
  }, [picture, crop])
  useEffect(() => cancel, [cancel])

  if (picture === "unreadable") return <Unreadable text={t.unreadable} back={t.cancel} onBack={onCancel} />
  const use = async () => {
    setProblem(undefined)
    const file = await fileOf(canvas.current)
    if (file === undefined) return setProblem(t.unreadable)
    const cancelling = new AbortController()
    setCancel(() => () => cancelling.abort())
    const applied = await applyPicture(client, file, cancelling.signal)
    setCancel(undefined)
    if ("url" in applied) onApplied(applied.url)
    else setProblem(applied.problem)
  }
  const slide = (change: (value: number) => Crop) => (event: { readonly currentTarget: HTMLInputElement }) =>
    setCrop(change(event.currentTarget.valueAsNumber))
  const size = picture ?? { width: 1, height: 1 }
  const { side } = squareOf(size, crop)
  return (
    <div class="crop">
      <canvas ref={canvas} width={pixels} height={pixels} {...gestures(size, setCrop)} />
      <Slider
        label={t.zoom}
        min={1}
        max={zoomMax}
        value={crop.zoom}
        isFixed={picture === undefined}
        onInput={slide((zoom) => zoomed(size, crop, zoom))}
      />
      <Slider label={t.across} value={crop.x} isFixed={side >= size.width} onInput={slide((x) => ({ ...crop, x }))} />
      <Slider label={t.down} value={crop.y} isFixed={side >= size.height} onInput={slide((y) => ({ ...crop, y }))} />
      <Problem text={problem} />
      <div class="buttons">
        <button type="button" class="button quiet" onClick={onCancel}>
          {t.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={picture === undefined || cancel !== undefined}
          onClick={() => void use()}
        >
          {t.use}
        </button>
      </div>
    </div>
  )
}

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min?: number
  readonly max?: number
  /** There is nothing to choose. */
  readonly isFixed?: boolean
  readonly onInput: (event: { readonly currentTarget: HTMLInputElement }) => void
}

/** Left to right in every language, like the picture. */
function Slider({ label, value, min = 0, max = 1, isFixed = false, onInput }: SliderProps) {
  return (
    <label>
      {label}
      <input
        type="range"
        dir="ltr"
        min={min}
        max={max}
        step={(max - min) / 50}
        value={value}
        disabled={isFixed}
        aria-valuetext={`${Math.round(((value - min) / (max - min)) * 100)} %`}
        onInput={onInput}
      />
    </label>
  )
}

function Unreadable({ text, back, onBack }: Record<"text" | "back", string> & { readonly onBack: () => void }) {
  return (
    <div class="crop">
      <Problem text={text} />
      <div class="buttons">
        <button type="button" class="button" onClick={onBack}>
          {back}
        </button>
      </div>
    </div>
  )
}

/** Upright: rotated as the file says. */
function usePicture(source: File): ImageBitmap | "unreadable" | undefined {
  const [picture, setPicture] = useState<ImageBitmap | "unreadable">()
  useEffect(() => {
    let isGone = false
    createImageBitmap(source).then(
      (made) => (isGone ? made.close() : setPicture(made)),
      () => isGone || setPicture("unreadable"),
    )
    return () => {
      isGone = true
    }
  }, [source])
  useEffect(() => () => picture instanceof ImageBitmap && picture.close(), [picture])
  return picture
}

function gestures(
  size: { readonly width: number; readonly height: number },
  change: (to: (crop: Crop) => Crop) => void,
) {
  return {
    onPointerDown: ({ currentTarget, pointerId }: PointerEvent) =>
      currentTarget instanceof Element && currentTarget.setPointerCapture(pointerId),
    onPointerMove: ({ currentTarget, pointerId, movementX, movementY }: PointerEvent) => {
      if (!(currentTarget instanceof HTMLElement) || !currentTarget.hasPointerCapture(pointerId)) return
      const { clientWidth, clientHeight } = currentTarget
      change((crop) => dragged(size, crop, movementX / clientWidth, movementY / clientHeight))
    },
    onWheel: (event: WheelEvent) => {
      event.preventDefault()
      change((crop) => zoomed(size, crop, crop.zoom * Math.exp(-event.deltaY / 400)))
    },
  }
}

function draw(canvas: HTMLCanvasElement | null, picture: ImageBitmap, crop: Crop): void {
  const context = canvas?.getContext("2d")
  if (!context) return
  const { left, top, side } = squareOf(picture, crop)
  context.imageSmoothingQuality = "high"
  context.clearRect(0, 0, pixels, pixels)
  context.drawImage(picture, left, top, side, side, 0, 0, pixels, pixels)
}

/** WebP where the browser can make it, else PNG. */
async function fileOf(canvas: HTMLCanvasElement | null): Promise<File | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas?.toBlob(resolve, "image/webp", 0.9))
  return blob
    ? new File([blob], blob.type === "image/webp" ? "picture.webp" : "picture.png", { type: blob.type })
    : undefined
}
