import { PNG } from 'pngjs';
import { pictureSize } from '../../src/platform/logs/timeline-picture.ts';

export interface SeenBar {
  /** Height as a share of the highest that can be. */
  readonly tall: number;
  /** The part of it that is red, likewise. */
  readonly errors: number;
  /** Share of white among its pixels. */
  readonly white: number;
}

/** The bars of a picture, read from its pixels by a decoder that the product does not have. */
export function barsOf(png: Uint8Array, bars: number): readonly SeenBar[] {
  const image = PNG.sync.read(Buffer.from(png));
  const { left, right, top, bottom, scale, width } = pictureSize;
  const step = (width - left - right) / bars;
  const full = (bottom - top) * scale;
  const pixel = (x: number, y: number): readonly [number, number, number] => {
    const start = (image.width * y + x) * 4;
    return [image.data[start] ?? 0, image.data[start + 1] ?? 0, image.data[start + 2] ?? 0];
  };
  return Array.from({ length: bars }, (_, at) => {
    const middle = Math.round((left + (at + 0.5) * step) * scale);
    // Clear of the line on which the bars stand.
    const ground = bottom * scale - 2;
    let [highest, red, white] = [0, 0, 0];
    for (let up = 0; up < full; up += 1) {
      const [r, g, b] = pixel(middle, ground - up);
      const isEmpty = b > 225;
      if (!isEmpty) highest = up + 1;
      if (r > 150 && g < 70 && b < 70) red += 1;
    }
    for (let up = 2; up < highest - 4; up += 1) if (pixel(middle, ground - up)[2] > 225) white += 1;
    return {
      tall: highest === 0 ? 0 : (highest + 2) / full,
      errors: red === 0 ? 0 : (red + 2) / full,
      white: white / Math.max(1, highest - 6),
    };
  });
}
