/**
 * A long list of which only what is seen is in the page.
 *
 * The scroller is laid out from its end (`column-reverse`), and so is everything in it:
 * what is put in or measured above the eyes moves nothing, and at the end the newest stays
 * in view, both without a script. Only a change below the eyes is made up for, before it
 * is painted: the row at the lower edge stays where it is.
 */
import { Component, type ComponentChild, createRef, type RefObject } from "preact"
import { Heights, type Rows } from "./heights.ts"

export interface VirtualListProps extends Rows {
  /** Holds the list while it is there. (Preact gives a component its `ref` as any other property.) */
  readonly handle: RefObject<VirtualList | null>
  readonly label: string
  readonly renderRow: (fromEnd: number) => ComponentChild
  /** The first rows are in view, or nearly. */
  readonly onNearStart: () => void
  readonly onAtEnd: (isAtEnd: boolean) => void
}

interface Range {
  readonly low: number
  readonly high: number
}

/** A row, and how far its lower edge is above that of the view. */
interface Anchor {
  readonly key: string
  readonly fromEnd: number
  readonly offset: number
}

/** Rows this far out of view are in the page already. */
const overscanPx = 700
/** Nearer than this to the start, more is asked for. */
const nearStartPx = 1_500
const atEndPx = 4

export class VirtualList extends Component<VirtualListProps, Range> {
  override state: Range = { low: 0, high: 30 }
  readonly #heights = new Heights()
  readonly #scroller = createRef<HTMLDivElement>()
  readonly #block = createRef<HTMLOListElement>()
  readonly #resized = new ResizeObserver(() => this.#onResize())
  /** The rows in the page, by key. The same row as before is not even compared. */
  #drawn = new Map<string, ComponentChild>()
  #width = 0
  #anchor: Anchor | undefined

  /** Shows the latest, and keeps showing it. */
  scrollToEnd(): void {
    this.#anchor = undefined
    this.#goTo(0)
  }

  /** Brings a row to the upper part of the view. */
  reveal(fromEnd: number): void {
    const height = this.#scroller.current?.clientHeight ?? 0
    const offset = Math.round(height * 0.7)
    const distance = Math.max(0, this.#heights.edge(fromEnd) - offset)
    this.#anchor = distance < atEndPx ? undefined : { key: this.#heights.rows.keyAt(fromEnd), fromEnd, offset }
    this.#goTo(distance)
  }

  focus(): void {
    this.#scroller.current?.focus({ preventScroll: true })
  }

  override componentDidMount(): void {
    this.props.handle.current = this
    if (this.#scroller.current) this.#resized.observe(this.#scroller.current)
    if (this.#block.current) this.#resized.observe(this.#block.current)
    this.#settle()
  }

  override componentWillUnmount(): void {
    this.props.handle.current = null
    this.#resized.disconnect()
  }

  override getSnapshotBeforeUpdate(): boolean {
    return this.#block.current?.contains(document.activeElement) ?? false
  }

  override componentDidUpdate(_props: unknown, _state: unknown, hadFocus: boolean): void {
    this.#settle()
    // The row that had the focus went out of the page: the keyboard goes on from the list.
    if (hadFocus && document.activeElement === document.body) this.focus()
  }

  override render({ label, keyAt, count, estimateAt }: VirtualListProps, { low, high }: Range) {
    if (keyAt !== this.#heights.rows.keyAt) {
      this.#heights.become({ count, keyAt, estimateAt })
      this.#drawn.clear()
    }
    // Before the height of all: it must not be less than how far one has scrolled.
    this.#heights.edge(high + 1)
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
      <section class="scroller" aria-label={label} tabIndex={0} ref={this.#scroller} onScroll={this.#onScroll}>
        <div class="canvas" style={{ height: `${this.#heights.total()}px` }}>
          <ol class="rows" ref={this.#block} style={{ bottom: `${this.#heights.edge(low)}px` }}>
            {this.#draw(low, Math.min(high, count - 1))}
          </ol>
        </div>
      </section>
    )
  }

  #draw(low: number, high: number): ComponentChild[] {
    const { keyAt, renderRow } = this.props
    const drawn = new Map<string, ComponentChild>()
    for (let fromEnd = high; fromEnd >= low; fromEnd--) {
      const key = keyAt(fromEnd)
      drawn.set(key, this.#drawn.get(key) ?? renderRow(fromEnd))
    }
    this.#drawn = drawn
    return [...drawn.values()]
  }

  readonly #onScroll = () => {
    this.#anchor = this.#findAnchor()
    this.#update()
    this.#report()
  }

  #onResize(): void {
    const width = this.#scroller.current?.clientWidth ?? 0
    if (width !== this.#width) {
      this.#width = width
      this.#heights.forget()
    }
    this.#settle()
    this.#update()
  }

  /** Measures what was drawn, and keeps in place what is looked at. */
  #settle(): void {
    const { low } = this.state
    const elements = this.#block.current?.children ?? []
    let changed = false
    for (let i = 0; i < elements.length; i++) {
      const height = elements[elements.length - 1 - i]?.getBoundingClientRect().height ?? 0
      if (this.#heights.measure(low + i, height)) changed = true
    }
    this.#holdAnchor()
    if (changed) this.forceUpdate()
    this.#update()
    this.#report()
  }

  #holdAnchor(): void {
    if (this.#anchor === undefined) return
    const { key, fromEnd: near, offset } = this.#anchor
    const fromEnd = this.#heights.find(key, near)
    if (fromEnd === undefined) return
    this.#anchor = { key, fromEnd, offset }
    const distance = Math.max(0, this.#heights.edge(fromEnd) - offset)
    if (Math.abs(distance - this.#distance) > 0.5) this.#scrollTo(distance)
  }

  /** None at the end: there the newest row is what one looks at, whichever it is. */
  #findAnchor(): Anchor | undefined {
    const distance = this.#distance
    if (distance < atEndPx) return undefined
    const fromEnd = this.#heights.rowAt(distance)
    return { key: this.#heights.rows.keyAt(fromEnd), fromEnd, offset: this.#heights.edge(fromEnd) - distance }
  }

  #update(): void {
    const height = this.#scroller.current?.clientHeight ?? 0
    const low = this.#heights.rowAt(Math.max(0, this.#distance - overscanPx))
    const high = this.#heights.rowAt(this.#distance + height + overscanPx)
    if (low !== this.state.low || high !== this.state.high) this.setState({ low, high })
  }

  #report(): void {
    const height = this.#scroller.current?.clientHeight ?? 0
    this.props.onAtEnd(this.#anchor === undefined)
    if (this.#heights.total() - this.#distance - height < nearStartPx) this.props.onNearStart()
  }

  /** Where it is already, no scroll event tells of it. */
  #goTo(distance: number): void {
    this.#scrollTo(distance)
    this.#update()
    this.#report()
  }

  /** From the end of the list to the lower edge of the view. */
  get #distance(): number {
    return -(this.#scroller.current?.scrollTop ?? 0)
  }

  #scrollTo(distance: number): void {
    if (this.#scroller.current) this.#scroller.current.scrollTop = -distance
  }
}
