import { Function as Fn, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

/** Stacks with their values, innermost function first; what stands together was inlined into the last. */
export type Stacks = readonly (readonly [
  value: number,
  ...frames: readonly (string | readonly string[])[],
])[];

/** A profile of one kind; the names of dependencies have the file of one. */
export function stacked(type: string, stacks: Stacks): Uint8Array {
  const stringTable = new StringTable();
  const places = [
    ...new Set(stacks.flatMap(([, ...frames]) => frames.map((frame) => [frame].flat().join(' ')))),
  ];
  const names = [...new Set(places.flatMap((place) => place.split(' ')))];
  const fileOf = (name: string) =>
    name.startsWith('github.com/') ? 'github.com/x/y@v1.2.3/z.go' : `${name}.go`;
  return new Profile({
    sampleType: [new ValueType({ type: stringTable.dedup(type), unit: stringTable.dedup('unit') })],
    function: names.map(
      (name, index) =>
        new Fn({ id: index + 1, name: stringTable.dedup(name), filename: stringTable.dedup(fileOf(name)) }),
    ),
    location: places.map(
      (place, index) =>
        new Location({
          id: index + 1,
          line: place.split(' ').map((name) => new Line({ functionId: names.indexOf(name) + 1, line: 7 })),
        }),
    ),
    sample: stacks.map(
      ([value, ...frames]) =>
        new Sample({
          locationId: frames.map((frame) => places.indexOf([frame].flat().join(' ')) + 1),
          value: [value],
        }),
    ),
    stringTable,
  }).encode();
}

/** A profile of one kind with one sample a function. */
export const profile = (type: string, values: Readonly<Record<string, number>>): Uint8Array =>
  stacked(
    type,
    Object.entries(values).map(([name, value]) => [value, name]),
  );
