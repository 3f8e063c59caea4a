import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roomsOf } from '../../scripts/new.ts';
import { read, repositoryFiles, root } from './files.ts';

const floor = 'src/remediations';
interface Rules {
  readonly forbidden: readonly {
    readonly name: string;
    readonly to: { readonly pathNot?: string | readonly string[] };
  }[];
}
const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as Rules;

/** The rooms in their order, from the bottom up, each with those that it may import. */
const allowed = new Map(
  forbidden.flatMap(({ name, to }) => {
    const room = name.replace(/^room remediations\//, '');
    if (room === name) return [];
    const below = [to.pathNot ?? []].flat().map((path) => path.slice(`^${floor}/`.length, -'/'.length));
    return [[room, below.filter((one) => one !== room)] as const];
  }),
);
const order = [...allowed.keys()];

/** The registry stands above all rooms: it names every remediation. */
const registry = 'index.ts';
/** The room in which a module stands. The folder of a single module is no room of its own. */
const roomOf = (path: string): string | undefined =>
  path === registry ? registry : order.find((room) => path.startsWith(`${room}/`));

const modules = repositoryFiles(/^src\/remediations\/.*\.ts$/).map((path) => ({
  path: path.slice(floor.length + 1),
  imports: [...read(path).matchAll(/(?:from |import\()'(\.[^']+)'/g)]
    .map(([, from = '']) => join(dirname(path), from))
    .filter((to) => to.startsWith(`${floor}/`))
    .map((to) => to.slice(floor.length + 1)),
}));

/** Each arrow once, however many modules it is made of. */
const arrows = [
  ...new Set(
    modules.flatMap(({ path, imports }) =>
      imports.flatMap((to) => {
        const [from, target] = [roomOf(path), roomOf(to)];
        return from === target ? [] : [`${from} → ${target}`];
      }),
    ),
  ),
];

describe('the rooms of the remediations (ADR 0084)', () => {
  it('hold every module', () => {
    expect(modules.length).toBeGreaterThan(100);
    expect(modules.filter(({ path }) => roomOf(path) === undefined)).toEqual([]);
  });

  it('are at most 15, and the arrows between them at most 35, those of the registry counted in', () => {
    expect(order.length).toBeLessThanOrEqual(15);
    expect(order.filter((room) => !modules.some(({ path }) => roomOf(path) === room))).toEqual([]);
    expect(arrows.length).toBeGreaterThan(order.length);
    expect(arrows.length).toBeLessThanOrEqual(35);
  });

  it('know only rooms that stand before them in the order, so that there is no circle', () => {
    const upwards = arrows.filter((arrow) => {
      const [from = '', to = ''] = arrow.split(' → ');
      return to === registry || (from !== registry && order.indexOf(to) >= order.indexOf(from));
    });

    expect(upwards).toEqual([]);
  });

  it('may know no room that they do not need', () => {
    const unused = [...allowed].flatMap(([room, below]) =>
      below.map((one) => `${room} → ${one}`).filter((arrow) => !arrows.includes(arrow)),
    );

    expect(unused).toEqual([]);
  });

  it('are those that the scaffold names: all of a target in which a remediation stands', () => {
    const named = Object.entries(roomsOf).flatMap(([target, rooms = []]) =>
      rooms.map((room) => `${target}/${room}`),
    );
    const used = order.filter((room) =>
      modules.some(({ path }) => roomOf(path) === room && path.endsWith('.remediation.ts')),
    );

    expect(named.toSorted()).toEqual(used.filter((room) => room.includes('/')).toSorted());
  });
});
