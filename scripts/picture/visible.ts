import type { Locator } from 'playwright-core';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The parts of an element of the page that are used here; the DOM's types are not loaded outside of the page. */
interface Shown {
  getClientRects(): ArrayLike<Box>;
  contains(other: Shown | null): boolean;
  readonly ownerDocument: {
    elementFromPoint(x: number, y: number): Shown | null;
    readonly documentElement: { readonly clientWidth: number; readonly clientHeight: number };
  };
}

/**
 * Where an element is cut off or covered: `top`, `left`, `middle`, `right`, `bottom`; empty when the whole of it is to
 * be seen. Looks at the middle of each side, because corners may be round, and at each line of a text.
 */
export async function hiddenSides(locator: Locator): Promise<readonly string[]> {
  return locator.evaluate((element: Shown) => {
    const inset = 2;
    const page = element.ownerDocument;
    const { clientWidth: width, clientHeight: height } = page.documentElement;
    // The end of a line is a box without width.
    const boxes = Array.from(element.getClientRects()).filter(
      ({ left, top, right, bottom }) => right - left > 2 * inset && bottom - top > 2 * inset,
    );
    if (boxes.length === 0) return ['middle'];
    const hidden = boxes.flatMap(({ left, top, right, bottom }) => {
      const x = (left + right) / 2;
      const y = (top + bottom) / 2;
      const points: [string, number, number][] = [
        ['top', x, top + inset],
        ['left', left + inset, y],
        ['middle', x, y],
        ['right', right - inset, y],
        ['bottom', x, bottom - inset],
      ];
      // In here no function may have a name: tsx would wrap it in a helper that the page does not have.
      return points
        .filter(([, px, py]) => {
          const outside = px < 0 || py < 0 || px >= width || py >= height;
          return outside || !element.contains(page.elementFromPoint(px, py));
        })
        .map(([side]) => side);
    });
    return [...new Set(hidden)];
  });
}
