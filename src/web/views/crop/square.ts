/**
 * The square that is cropped from a picture: its size, and its position in the remaining space of each axis. All values
 * from minimum to maximum give a square within the picture, so none needs correcting.
 */
interface Size {
  readonly width: number
  readonly height: number
}

export interface Crop {
  /** From 1, the largest square there is, to `zoomMax`. */
  readonly zoom: number
  /** From 0, at the left, to 1. */
  readonly x: number
  /** From 0, at the top, to 1. */
  readonly y: number
}

interface Square {
  readonly left: number
  readonly top: number
  readonly side: number
}

export const zoomMax = 8
export const middle: Crop = { zoom: 1, x: 0.5, y: 0.5 }

/** In the picture's pixels. */
export function squareOf(size: Size, { zoom, x, y }: Crop): Square {
  const side = Math.min(size.width, size.height) / zoom
  return { left: x * (size.width - side), top: y * (size.height - side), side }
}

/** Moves the picture under the square, by fractions of the square's side. */
export function dragged(size: Size, crop: Crop, right: number, down: number): Crop {
  const { left, top, side } = squareOf(size, crop)
  return placed(size, crop.zoom, left + side / 2 - right * side, top + side / 2 - down * side)
}

/** Zooms around the square's centre. */
export function zoomed(size: Size, crop: Crop, zoom: number): Crop {
  const { left, top, side } = squareOf(size, crop)
  return placed(size, within(zoom, 1, zoomMax), left + side / 2, top + side / 2)
}

function placed({ width, height }: Size, zoom: number, middleX: number, middleY: number): Crop {
  const side = Math.min(width, height) / zoom
  return { zoom, x: share(middleX - side / 2, width - side), y: share(middleY - side / 2, height - side) }
}

/** If there is no space to move in, it is the centre. */
function share(start: number, room: number): number {
  return room === 0 ? 0.5 : within(start / room, 0, 1)
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
