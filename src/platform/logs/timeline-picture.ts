import { fileURLToPath } from 'node:url';
import type { LogPicture } from '../../domain/logs/picture.ts';

/** In units of the drawing; each is `scale` pixels, for screens that have so many. */
export const pictureSize = {
  ...{ width: 640, height: 300, scale: 2 },
  ...{ left: 12, right: 12, top: 76, bottom: 228 },
} as const;
/** Wide enough to be read on a phone, where the picture is half as wide as it was drawn. */
const FONT = 21;
/** A log of two minutes has no bars as wide as a hand. */
const WIDEST = 60;
const BAND = 7;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Also told apart without colour: filled, striped, and empty. */
export const pictureColours = { errors: '#b3261e', warnings: '#8a5a00', others: '#5f6368' } as const;
type Kind = keyof typeof pictureColours;
/** From the ground up. The names are those that logs write, in every language. */
const kinds: readonly (readonly [Kind, string])[] = [
  ['errors', 'ERROR'],
  ['warnings', 'WARN'],
  ['others', 'INFO'],
];

const font = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));

/**
 * A PNG of a timeline, as it is on the clocks of this IANA zone. It is drawn on a thread of its own; only numbers are
 * drawn, so one font with figures is enough for every language.
 */
export async function drawTimeline(picture: LogPicture, zone = 'UTC'): Promise<Uint8Array> {
  // Loaded with the first picture: where its native part is missing, only pictures are.
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(timelineSvg(picture, zone), {
    fitTo: { mode: 'zoom', value: pictureSize.scale },
    font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  });
  return image.asPng();
}

/** The picture as SVG; numbers and times are all that is put into it. */
export function timelineSvg(picture: LogPicture, zone: string): string {
  const { width, height, left, right, top, bottom } = pictureSize;
  const bars = picture.errors.length;
  const all = picture.errors.map((_, at) => kinds.reduce((sum, [kind]) => sum + (picture[kind][at] ?? 0), 0));
  const peak = Math.max(1, ...all);
  const step = (width - left - right) / bars;
  const wide = Math.min(WIDEST, step - Math.min(4, step * 0.2));
  const xOf = (at: number): number => left + at * step;
  const drawn = picture.errors.flatMap((_, at) => {
    const x = xOf(at) + (step - wide) / 2;
    let base: number = bottom;
    return kinds.flatMap(([kind]) => {
      const count = picture[kind][at] ?? 0;
      if (count === 0) return [];
      // One entry among many is still there to be seen.
      const tall = Math.max(2, ((bottom - top) * count) / peak);
      base -= tall;
      return [bar(kind, { x, y: base, width: wide, height: tall })];
    });
  });
  const end = picture.from + bars * picture.stepMs;
  const clock = clockIn(zone, end - picture.from);
  const highest = all.indexOf(peak);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans" font-size="${FONT}" fill="#1d1c1d">`,
    '<defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">',
    `<rect width="5" height="5" fill="#fff"/><rect width="2.5" height="5" fill="${pictureColours.warnings}"/></pattern></defs>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...bandOf(picture, { end, xOf: (time) => left + ((time - picture.from) / picture.stepMs) * step }),
    ...legend(picture),
    ...drawn,
    `<line x1="${left}" y1="${bottom}" x2="${width - right}" y2="${bottom}" stroke="#1d1c1d" stroke-width="1.5"/>`,
    ...(highest < 0
      ? []
      : mark(
          xOf(highest) + step / 2,
          `${figure(peak)} · ${clock.time(picture.from + highest * picture.stepMs)}`,
        )),
    text({ x: left, y: bottom + 32, anchor: 'start' }, clock.time(picture.from)),
    text({ x: width - right, y: bottom + 32, anchor: 'end' }, clock.time(end)),
    text({ x: width / 2, y: bottom + 60, anchor: 'middle', fill: '#5f6368' }, clock.place(picture.from)),
    '</svg>',
  ].join('');
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function bar(kind: Kind, { x, y, width, height }: Box): string {
  const colour = pictureColours[kind];
  const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  if (kind === 'errors') return `<rect ${box} fill="${colour}"/>`;
  const fill = kind === 'warnings' ? 'url(#stripes)' : '#fff';
  // The line lies within the box, so that heights stay those of the numbers.
  const line = Math.min(1.5, height / 2, width / 2);
  return `<rect x="${round(x + line / 2)}" y="${round(y + line / 2)}" width="${round(width - line)}" height="${round(height - line)}" fill="${fill}" stroke="${colour}" stroke-width="${round(line)}"/>`;
}

/** What was asked about, under the axis and behind the bars, where the picture shows more than that. */
function bandOf(
  { asked, from, stepMs }: LogPicture,
  { end, xOf }: { readonly end: number; readonly xOf: (time: number) => number },
): readonly string[] {
  const { top, bottom } = pictureSize;
  if (asked === undefined) return [];
  const [first, last] = [Math.max(asked.from, from), Math.min(asked.to, end)];
  if (last <= first || last - first > end - from - stepMs) return [];
  const [x, width] = [round(xOf(first)), round(xOf(last) - xOf(first))];
  return [
    `<rect x="${x}" y="${top}" width="${width}" height="${bottom - top}" fill="#e8f0fe"/>`,
    `<rect x="${x}" y="${bottom + 3}" width="${width}" height="${BAND}" fill="#1a73e8"/>`,
  ];
}

function legend(picture: LogPicture): readonly string[] {
  let x: number = pictureSize.left;
  return kinds.flatMap(([kind, name]) => {
    const sum = picture[kind].reduce((total, count) => total + count, 0);
    if (sum === 0) return [];
    const words = `${name} ${figure(sum)}`;
    const drawn = [
      bar(kind, { x, y: 10, width: 18, height: 18 }),
      text({ x: x + 25, y: 26, anchor: 'start' }, words),
    ];
    x += 25 + words.length * FONT * 0.68 + 14;
    return drawn;
  });
}

/** The highest bar: how many, and when. */
function mark(x: number, words: string): readonly string[] {
  const { width, left, right, top } = pictureSize;
  const half = (words.length * FONT * 0.62) / 2;
  const at = Math.min(width - right - half, Math.max(left + half, x));
  return [
    `<path d="M ${round(x - 6)} ${top - 13} h 12 l -6 9 z" fill="#1d1c1d"/>`,
    text({ x: at, y: top - 19, anchor: 'middle' }, words),
  ];
}

function text(
  {
    x,
    y,
    anchor,
    fill = '#1d1c1d',
  }: {
    readonly x: number;
    readonly y: number;
    readonly anchor: 'start' | 'middle' | 'end';
    readonly fill?: string;
  },
  words: string,
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

const figure = (count: number): string => {
  if (count < 10_000) return String(count);
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 100_000) / 10}M`;
};

/** Times of a picture that spans so much, and where and on which day they are. */
function clockIn(zone: string, spanMs: number): { time(at: number): string; place(at: number): string } {
  const parts = (at: number): Readonly<Record<string, string>> => {
    const format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'shortOffset' },
    });
    return Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  };
  return {
    time(at) {
      const { month, day, hour, minute } = parts(at);
      return spanMs > DAY_MS ? `${month}-${day} ${hour}:${minute}` : `${hour}:${minute}`;
    },
    place(at) {
      const { year, month, day, timeZoneName = '' } = parts(at);
      return `${year}-${month}-${day} · ${timeZoneName.replace(/^GMT(?:\+0)?/, 'UTC')}`;
    },
  };
}
