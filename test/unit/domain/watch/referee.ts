/**
 * Says what a watch has to say of a whole day, from all of its looks at once. It shares no code with the product: it cuts the
 * day into times in which the part was well or broken first, and those into spells of one reason, where the product goes
 * from look to look.
 */
interface Look {
  readonly what: string;
  readonly minute: number;
}

const everyMinutes = 5;

/** Looks that saw nothing are left out. */
function cut(looks: readonly Look[], by: (look: Look) => string): readonly (readonly Look[])[] {
  const times: Look[][] = [];
  for (const look of looks) {
    const last = times.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && by(before) === by(look)) last.push(look);
    else times.push([look]);
  }
  return times;
}

/** `<minute> <fires or over> <cause>`, in order. */
export function told(day: readonly string[]): readonly string[] {
  const looks = day
    .map((what, index) => ({ what, minute: index * everyMinutes }))
    .filter(({ what }) => what !== 'unseen');
  const lines: string[] = [];
  let open = 'well';
  let flaps = false;
  let broken: number[] = [];
  for (const time of cut(looks, ({ what }) => (what === 'well' ? 'well' : 'broken'))) {
    const [first, second] = time;
    if (first === undefined || second === undefined) continue;
    const isWell = first.what === 'well';
    // From this look on, other reasons are told.
    let from = second.minute;
    if (!flaps && isWell && open !== 'well') {
      lines.push(`${second.minute} over ${open}`);
      open = 'well';
    }
    if (!flaps && !isWell && open === 'well') {
      broken = [...broken.filter((minute) => second.minute - minute < 60), second.minute];
      flaps = broken.length >= 3;
      lines.push(`${second.minute} fires ${flaps ? 'flaps' : second.what}`);
      if (!flaps) open = second.what;
    }
    if (flaps) {
      const still = time.find(({ minute }) => minute > first.minute && minute >= first.minute + 30);
      if (still === undefined) continue;
      if (!isWell) lines.push(`${still.minute} fires ${still.what}`);
      lines.push(`${still.minute} over flaps`);
      flaps = false;
      broken = [];
      open = still.what;
      from = still.minute;
    }
    if (isWell) continue;
    for (const spell of cut(time, ({ what }) => what)) {
      const holds = spell.find(({ minute }, index) => index > 0 && minute >= from);
      if (holds === undefined || holds.what === open) continue;
      lines.push(`${holds.minute} fires ${holds.what}`, `${holds.minute} over ${open}`);
      open = holds.what;
    }
  }
  return lines;
}
