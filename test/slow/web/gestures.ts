/** Scrolling as the hand does it, through the browser's own input, and what is seen meanwhile. */
import type { Visitor } from "./browser.ts"

type Session = Awaited<ReturnType<ReturnType<Visitor["page"]["context"]>["newCDPSession"]>>

/** Who sees a page of whatever browser. */
export interface Looker {
  readonly page: { evaluate<Result>(look: () => Result | Promise<Result>): Promise<Result> }
}

/** Throws the list with a finger: `downPx` is how far the finger goes down, in so many steps of a screen's frame. */
export async function flick(visitor: Visitor, downPx: number, steps = 5): Promise<void> {
  const { cdp, x, y, height } = await hand(visitor)
  const from = downPx > 0 ? y + 0.1 * height : y + 0.9 * height
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: number) =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: at === undefined ? [] : [{ x, y: at }] })
  await touch("touchStart", from)
  for (let step = 1; step <= steps; step++) {
    await touch("touchMove", from + (step * downPx) / steps)
    await frame(visitor)
  }
  await touch("touchEnd")
  await cdp.detach()
}

/** Draws the list with a finger that is so slow that each step is a scroll of its own, and stays on the screen until what is asked was asked. */
export async function draw<Result>(
  visitor: Visitor,
  { stepPx, steps }: { readonly stepPx: number; readonly steps: number },
  ask: () => Promise<Result>,
): Promise<Result> {
  const { cdp, x, y, height } = await hand(visitor)
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: number) =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: at === undefined ? [] : [{ x, y: at }] })
  const from = y + height / 2
  await touch("touchStart", from)
  for (let step = 1; step <= steps; step++) {
    await touch("touchMove", from + step * stepPx)
    for (const _ of "12") await frame(visitor)
  }
  const result = await ask()
  await touch("touchEnd")
  await cdp.detach()
  return result
}

/** Turns the wheel by this much in so many notches. */
export async function wheel(visitor: Visitor, deltaY: number, notches: number): Promise<void> {
  const { cdp, x, y, height } = await hand(visitor)
  for (let notch = 0; notch < notches; notch++) {
    await cdp.send("Input.dispatchMouseEvent", { type: "mouseWheel", x, y: y + height / 2, deltaX: 0, deltaY })
    await frame(visitor)
  }
  await cdp.detach()
}

async function hand(visitor: Visitor): Promise<{ cdp: Session; x: number; y: number; height: number }> {
  const cdp = await visitor.page.context().newCDPSession(visitor.page)
  const box = (await visitor.page.locator(".scroller").boundingBox())!
  return { cdp, x: box.x + box.width / 2, y: box.y, height: box.height }
}

export function frame(visitor: Visitor): Promise<unknown> {
  return visitor.page.evaluate(() => new Promise(requestAnimationFrame))
}

/** Until nothing has moved for a while. */
export async function rest(visitor: Looker): Promise<void> {
  await visitor.page.evaluate(async () => {
    const scroller = document.querySelector(".scroller")!
    for (let still = 0, before = Number.NaN; still < 12; before = scroller.scrollTop) {
      await new Promise(requestAnimationFrame)
      still = scroller.scrollTop === before ? still + 1 : 0
    }
  })
}

/** The `seq` of the message at the top edge of the view; NaN while none is there yet. */
export function topSeq(visitor: Looker): Promise<number> {
  return visitor.page.evaluate(() => window.seqAtTop())
}

/** Keeps, frame by frame, the `seq` at the top edge and how rows moved. */
export async function watch(visitor: Looker): Promise<void> {
  await visitor.page.evaluate(watchRows)
}

export function watched(visitor: Looker): Promise<Window["watched"]> {
  return visitor.page.evaluate(() => window.watched)
}

declare global {
  interface Window {
    seqAtTop: () => number
    watched: {
      /** The `seq` at the top edge, each time it changed. */
      readonly tops: number[]
      /** When each of these was seen, in milliseconds. */
      readonly times: number[]
      /** Frames in which rows moved against each other, or though nobody had scrolled. */
      readonly jumps: string[]
      /** How far all of them moved together, for each frame in which they did. */
      readonly moves: number[]
      rowsMost: number
    }
  }
}

function watchRows(): void {
  const watched: Window["watched"] = { tops: [], times: [], jumps: [], moves: [], rowsMost: 0 }
  const isFirst = window.watched === undefined
  window.watched = watched
  window.seqAtTop = () => {
    const edge = document.querySelector(".scroller")!.getBoundingClientRect().top
    const rows = [...document.querySelectorAll(".row[data-seq]")]
    // A row of which a pixel is left is not seen: places are rounded to whole ones when a page comes in.
    const top = rows.find((row) => row.getBoundingClientRect().bottom > edge + 1)
    return Number(top?.getAttribute("data-seq") ?? Number.NaN)
  }
  let before = new Map<string, number>()
  let scrolledTo = Number.NaN
  const look = () => {
    const { tops, times, jumps, moves: shared } = window.watched
    const now = new Map<string, number>()
    for (const row of document.querySelectorAll(".row[data-seq]")) {
      now.set(row.getAttribute("data-seq") ?? "", row.getBoundingClientRect().bottom)
    }
    window.watched.rowsMost = Math.max(window.watched.rowsMost, now.size)
    const moves = [...now].flatMap(([seq, edge]) => {
      const earlier = before.get(seq)
      return earlier === undefined ? [] : [Math.round(edge - earlier)]
    })
    const [least, most] = [Math.min(...moves), Math.max(...moves)]
    const { scrollTop } = document.querySelector(".scroller")!
    if (most - least > 1) jumps.push(moves.join())
    else if (moves.length > 0 && Math.abs(most) > 1) {
      if (scrollTop === scrolledTo) jumps.push(`by ${most} without a scroll`)
      else shared.push(most)
    }
    const top = window.seqAtTop()
    if (!Number.isNaN(top) && tops.at(-1) !== top) {
      tops.push(top)
      times.push(performance.now())
    }
    before = now
    scrolledTo = scrollTop
    requestAnimationFrame(look)
  }
  if (isFirst) look()
}
