// Browsers cap the height of an element (WebKit and Chromium near 33 million
// px, Firefox near 18). A longer list scrolls in a shorter element: small
// moves go pixel by pixel, jumps of the scrollbar go by proportion, and when
// the scrolling rests the two are brought back in line without anything
// moving on the screen.

/** The tallest element that is laid out, in px. */
export const TALLEST = 8_000_000;

export class LongScroll {
  /** What to add to the element's scrollTop to get the place in the list. */
  shift = 0;
  private last = 0;

  constructor(
    /** Height of the whole list. */
    public total: number,
    /** Height of what is seen of it. */
    public view: number,
    private readonly tallest = TALLEST,
  ) {}

  /** Height of the element. */
  get height(): number {
    return Math.min(this.total, this.tallest);
  }

  /** The place in the list after the element was scrolled to top. */
  scrolled(top: number): number {
    if (this.total <= this.height) {
      this.shift = 0;
    } else {
      const end = this.height - this.view;
      const far = Math.abs(top - this.last) > 3 * this.view;
      if (top <= 0) this.shift = 0;
      else if (top >= end) this.shift = this.total - this.height;
      else if (far) this.shift = Math.round(top * this.ratio()) - top;
      // A small move at the edge of the element must not leave the list.
      this.shift = Math.max(-top, Math.min(this.total - this.view - top, this.shift));
    }
    this.last = top;
    return top + this.shift;
  }

  /** Where to scroll the element to show a place of the list. */
  topFor(place: number): number {
    const bounded = Math.max(0, Math.min(this.total - this.view, place));
    const top = this.total <= this.height ? bounded : Math.round(bounded / this.ratio());
    this.shift = bounded - top;
    this.last = top;
    return top;
  }

  private ratio(): number {
    return (this.total - this.view) / (this.height - this.view);
  }
}
