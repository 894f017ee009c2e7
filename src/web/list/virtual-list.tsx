/**
 * A long list of which only the visible part is in the page.
 *
 * While something scrolls, the scroll position is never set: a browser in the middle of a
 * fling would stop, or land elsewhere. What is visible is held by placing everything else
 * around it (layout.ts). The list is moved back on its canvas, together with the view, once
 * nothing scrolls, or when empty space would show above it.
 */
import { Component, type ComponentChild, createRef, type RefObject } from "preact"
import type { Rows } from "./heights.ts"
import { Layout, type View } from "./layout.ts"
import { type Sight, sightOf } from "./sight.ts"

interface VirtualListProps extends Rows {
  /** Set to the list while it exists. (Preact passes `ref` to a component like any other property.) */
  readonly handle: RefObject<VirtualList | null>
  readonly label: string
  readonly renderRow: (row: number) => ComponentChild
  /** Draws a part of a space, of this height. */
  readonly renderSpace: (row: number, heightPx: number) => ComponentChild
  /** The list exists and can be scrolled. */
  readonly onReady: () => void
  /** Called after every change of what is visible; perhaps also without one. */
  readonly onSight: (sight: Sight) => void
  /** The Home key, which may lead further than what is loaded. */
  readonly onHome: () => void
}

/** A row that is brought to a position in the view, and stays there until somebody scrolls. */
interface Goal {
  readonly key: string
  readonly row: number
  /** The position of its upper edge: on the canvas, and relative to the top of the view. */
  readonly top: number
  readonly offset: number
}

/** What is in the page: a range of rows, on a canvas of this height. Spaces are cut off. */
interface Frame {
  readonly low: number
  readonly high: number
  readonly from: number
  /** Where the second row begins: a space that comes first begins where it is cut off, whatever follows. */
  readonly second: number
  readonly to: number
  readonly height: number
}

/** Rows this far outside the view are in the page already. */
const overscanPx = 700
const atEndPx = 4
/** If the browser does not report the end of scrolling, it is over after this time. */
const scrollEndMs = 250

export class VirtualList extends Component<VirtualListProps> {
  readonly #layout = new Layout()
  readonly #scroller = createRef<HTMLDivElement>()
  readonly #block = createRef<HTMLOListElement>()
  readonly #resized = new ResizeObserver(() => this.#onResize())
  /** The rows in the page, by key. An unchanged row is not compared again. */
  #drawn = new Map<string, ComponentChild>()
  #frame: Frame = { low: 0, high: -1, from: 0, second: 0, to: 0, height: 0 }
  #view: View = { top: 0, height: 800 }
  #width = 0
  /** The end stays visible, whatever comes. */
  #isPinned = true
  #goal: Goal | undefined
  #isScrolling = false
  #scrollTimer = 0
  /** The scroll position to set once the canvas has its new height. */
  #wantedTop: number | undefined
  #askedTop: number | undefined
  /** What became of it. */
  #writtenTop = -1

  /** Shows the latest, and keeps showing it. */
  scrollToEnd(): void {
    this.#goal = undefined
    this.#isPinned = true
    this.#isScrolling = false
    this.#askedTop = undefined
    this.#layout.holdEnd()
    this.#settle()
  }

  /** Brings a row's upper edge to this offset from the top of the view; with `part`, to this fraction of its height. */
  show(row: number, { offset = 0, part = 0 }): void {
    const { heights } = this.#layout
    const top = heights.above(row)
    this.#isPinned = false
    this.#isScrolling = false
    this.#askedTop = undefined
    this.#goal = { key: heights.rows.keyAt(row), row, top, offset: offset + Math.round(this.#view.height * part) }
    this.#settle()
  }

  /** Says what is at a height of the canvas that was unknown before. */
  place(row: number, top: number): void {
    this.#layout.place(row, top + this.#layout.heights.of(row))
    this.#settle()
  }

  focus(): void {
    this.#scroller.current?.focus({ preventScroll: true })
  }

  override componentDidMount(): void {
    this.props.handle.current = this
    this.#scroller.current?.addEventListener("scrollend", this.#onScrollEnd)
    if (this.#scroller.current) this.#resized.observe(this.#scroller.current)
    if (this.#block.current) this.#resized.observe(this.#block.current)
    this.#onResize()
    this.props.onReady()
  }

  override componentWillUnmount(): void {
    this.props.handle.current = null
    clearTimeout(this.#scrollTimer)
    this.#resized.disconnect()
  }

  override getSnapshotBeforeUpdate(): boolean {
    return this.#block.current?.contains(document.activeElement) ?? false
  }

  override componentDidUpdate(_props: unknown, _state: unknown, hadFocus: boolean): void {
    this.#scroll()
    this.#settle()
    // The focused row left the page: the keyboard continues from the list.
    if (hadFocus && document.activeElement === document.body) this.focus()
  }

  override render({ label, keyAt }: VirtualListProps) {
    if (keyAt !== this.#layout.heights.rows.keyAt) this.#become()
    this.#frame = this.#newFrame()
    const rows = this.#draw(this.#frame)
    return (
      <section
        class="scroller"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
        tabIndex={0}
        ref={this.#scroller}
        onScroll={this.#onScroll}
        onKeyDown={this.#onKeyDown}
      >
        <div class="canvas" style={{ height: `${this.#frame.height}px` }}>
          <ol class="rows" ref={this.#block} style={{ top: `${this.#frame.from}px` }}>
            {rows}
          </ol>
        </div>
      </section>
    )
  }

  #draw({ low, high, from, second, to }: Frame): ComponentChild[] {
    const { keyAt, renderRow, renderSpace } = this.props
    const { heights } = this.#layout
    const drawn = new Map<string, ComponentChild>()
    let top = from
    for (let row = low; row <= high; row++) {
      const key = keyAt(row)
      const bottom = row === high ? to : row === low ? second : top + heights.of(row)
      drawn.set(key, heights.isSpace(row) ? renderSpace(row, bottom - top) : (this.#drawn.get(key) ?? renderRow(row)))
      top = bottom
    }
    this.#drawn = drawn
    return [...drawn.values()]
  }

  /**
   * Only the part of a space near the view is drawn. The first one reaches to the top of the canvas, since the size of
   * what it stands for is unknown.
   */
  #newFrame(): Frame {
    const { heights, height } = this.#layout
    const { low, high, top, bottom } = this.#range()
    const [upper, lower] = [Math.max(0, this.#view.top - overscanPx), this.#view.top + this.#view.height + overscanPx]
    const from = !heights.isSpace(low) ? top : low === 0 ? upper : Math.max(top, upper)
    const to = heights.isSpace(high) ? Math.min(bottom, lower) : bottom
    return { low, high, from: Math.min(from, to), second: this.#layout.topOf(low + 1), to, height }
  }

  #become(): void {
    const { count, keyAt, estimateAt, spaces, spanAt } = this.props
    if (this.#isPinned && this.#isWrittenIn() && this.#isFollowed(count, keyAt)) this.#unpin()
    const end = this.#layout.anchor?.bottom
    this.#layout.become({ count, keyAt, estimateAt, spaces, spanAt })
    this.#drawn.clear()
    if (this.#isPinned) this.#layout.holdEnd(end)
    const row = this.#goal && this.#layout.heights.find(this.#goal.key, this.#goal.row)
    this.#goal = this.#goal && row !== undefined ? { ...this.#goal, row } : undefined
  }

  /** What somebody writes in stays under their hands: what comes does not push it out of view, and out of the page. */
  #isWrittenIn(): boolean {
    return this.#block.current?.querySelector("textarea:focus") != null
  }

  /** Something comes after what was the last row. */
  #isFollowed(count: number, keyAt: Rows["keyAt"]): boolean {
    const { rows } = this.#layout.heights
    return count > rows.count && keyAt(count - 1) !== rows.keyAt(rows.count - 1)
  }

  #unpin(): void {
    this.#isPinned = false
    this.#layout.hold(this.#view)
  }

  readonly #onScroll = () => {
    const { scrollTop: top = 0, clientHeight = 0 } = this.#scroller.current ?? {}
    // The browser moved it, since the view became higher: nobody scrolled.
    if (this.#isPinned && clientHeight !== this.#view.height) return this.#onResize()
    this.#view = { ...this.#view, top }
    if (Math.abs(top - this.#writtenTop) >= 1) this.#scrolled()
    const { low, high } = this.#range()
    const row = this.#layout.anchor?.row ?? 0
    // Nothing was measured far away, so estimated positions count there.
    if (row < low || row > high) this.#layout.hold(this.#view)
    this.#settle()
  }

  #scrolled(): void {
    this.#writtenTop = -1
    this.#askedTop = undefined
    this.#goal = undefined
    this.#isScrolling = true
    this.#isPinned = this.#view.top + this.#view.height >= this.#frame.height - atEndPx
    if (this.#isPinned) this.#layout.holdEnd()
    if ("onscrollend" in window) return
    clearTimeout(this.#scrollTimer)
    this.#scrollTimer = setTimeout(this.#onScrollEnd, scrollEndMs)
  }

  readonly #onScrollEnd = () => {
    this.#isScrolling = false
    this.#settle()
  }

  readonly #onKeyDown = (event: KeyboardEvent) => {
    const isHere = event.target === event.currentTarget || (event.target as Element).matches(".message")
    if (!isHere || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    if (event.key === "Home") this.props.onHome()
    else if (event.key === "End") this.scrollToEnd()
    else return
    event.preventDefault()
  }

  /** People read and write at the lower edge: it stays when a keyboard opens. */
  #onResize(): void {
    const { clientWidth = 0, clientHeight = 0 } = this.#scroller.current ?? {}
    if (clientWidth !== this.#width) {
      this.#width = clientWidth
      this.#layout.heights.forget()
    }
    const top = this.#view.top + this.#view.height - clientHeight
    if (top !== this.#view.top && !this.#isPinned && this.#goal === undefined) this.#wantedTop = Math.max(0, top)
    this.#askedTop = undefined
    this.#view = { top: this.#wantedTop ?? this.#view.top, height: clientHeight }
    this.#settle()
  }

  /** Measures what was drawn, keeps the visible part in place, and draws again if anything differs. */
  #settle(): void {
    this.#measure()
    this.#hold()
    const top = this.#newTop()
    // A browser rounds scroll positions to pixels of the screen, and keeps them within the canvas: setting it again
    // changes nothing.
    if (Math.abs(top - this.#view.top) >= 1 && top !== this.#askedTop) {
      this.#wantedTop = top
      this.#view = { ...this.#view, top }
    }
    const frame = this.#newFrame()
    if (this.#wantedTop !== undefined || !isSame(frame, this.#frame)) this.forceUpdate()
    else this.props.onSight(sightOf(this.#layout, this.#view, this.#isPinned))
  }

  /** Only once the canvas is high enough. */
  #scroll(): void {
    if (this.#wantedTop === undefined || !this.#scroller.current) return
    this.#scroller.current.scrollTop = this.#wantedTop
    this.#askedTop = this.#wantedTop
    this.#wantedTop = undefined
    this.#writtenTop = this.#scroller.current.scrollTop
    this.#view = { ...this.#view, top: this.#writtenTop }
  }

  #measure(): void {
    const { heights } = this.#layout
    const elements = this.#block.current?.children ?? []
    for (let i = 0; i < elements.length; i++) {
      const row = this.#frame.low + i
      if (!heights.isSpace(row)) heights.measure(row, elements[i]?.getBoundingClientRect().height ?? 0)
    }
  }

  #hold(): void {
    if (this.#goal) this.#layout.place(this.#goal.row, this.#goal.top + this.#layout.heights.of(this.#goal.row))
    else if (!this.#isPinned) this.#layout.hold(this.#view)
  }

  /**
   * The new scroll position, after the top of the list was moved back to that of the canvas, if that disturbs nobody.
   */
  #newTop(): number {
    const drift = this.#layout.drift(this.#view)
    const { top, height } = this.#view
    const isFree = this.#isScrolling ? this.#isBeginningShort() : Math.abs(drift) > Math.min(top, top + drift) / 4
    if (this.#isScrolling && !isFree) return top
    const move = isFree ? drift : 0
    this.#layout.move(move)
    const lowest = Math.max(0, this.#layout.height - height)
    if (this.#goal) this.#goal = { ...this.#goal, top: this.#goal.top + move }
    const wanted = this.#goal ? this.#goal.top - this.#goal.offset : top + move
    if (this.#goal && wanted >= lowest) {
      this.#goal = undefined
      this.#isPinned = true
      this.#layout.holdEnd()
    }
    return this.#isPinned ? lowest : Math.max(0, Math.min(wanted, lowest))
  }

  /** Whether empty space shows above the first row. */
  #isBeginningShort(): boolean {
    const { low, top } = this.#range()
    return low === 0 && !this.#layout.heights.isSpace(0) && top > this.#view.top + 1
  }

  #range() {
    const { top, height } = this.#view
    return this.#layout.range(top - overscanPx, top + height + overscanPx)
  }
}

function isSame(a: Frame, b: Frame): boolean {
  const places = ["low", "high", "from", "second", "to", "height"] as const
  return places.every((place) => a[place] === b[place])
}
