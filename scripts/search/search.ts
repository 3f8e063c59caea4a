/** One draw: made, looked at by the referee, asked, looked at again, judged, taken away. */

import { type Said, statementsIn, wrongIn } from '../../lab/referee/statements.ts';
import { lookAround, type Truths } from '../../lab/referee/stores.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { Shell } from '../campaign/shell.ts';
import type { Draw } from './draw.ts';
import { type Keeper, World } from './world.ts';

export interface Searched {
  readonly seed: number;
  /** Statements that were certain and not so. */
  readonly wrong: readonly string[];
  readonly answers: number;
  /** Certain statements: those that the referee could judge, and those that it did not see. */
  readonly judged: number;
  readonly unjudged: readonly string[];
  readonly seconds: number;
  /** It could not be made or asked; nothing is judged then. */
  readonly problem?: string;
}

export interface Looked {
  readonly truths: Truths;
  readonly said: Said;
}

/** Questions wait for what is said on the bus: so many beside each other. */
const askedAtOnce = 10;

/** Questions that fit: every diagnosis, and the way to each part that is configured. */
const questions = ({ configured }: Draw): readonly string[] => [
  ...diagnoses.map(({ id }) => id).filter((id) => id !== 'H2'),
  ...[...configured, 'collect-agent'].map((part) => `H2 ${part}`),
];

async function tried(
  keeper: Keeper,
  draw: Draw,
  onAnswers: (looked: Looked) => void = () => undefined,
): Promise<Searched> {
  const began = performance.now();
  const of = (one: Partial<Searched>): Searched => ({
    ...{ seed: draw.seed, seconds: (performance.now() - began) / 1000 },
    ...{ wrong: [], answers: 0, judged: 0, unjudged: [] },
    ...one,
  });
  let world: World;
  try {
    world = await World.of(keeper, draw);
  } catch (error) {
    return of({ problem: String(error) });
  }
  const shell = new Shell(world.block);
  try {
    const before = await lookAround(world.places);
    const said: Said[] = [];
    const ask = async (asked: string) => {
      const alone = asked === 'health' || asked === 'doctor';
      const words = alone ? [asked] : ['diagnose', ...asked.split(' ')];
      const { exit, body } = await shell.ask<Said['body']>(...words);
      return { asked, exit, body } as Said;
    };
    const left = ['health', 'doctor', ...questions(draw)];
    const askInTurn = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) said.push(await ask(next));
    };
    await Promise.all(Array.from({ length: askedAtOnce }, askInTurn));
    const after = await lookAround(world.places);
    const wrong: string[] = [];
    for (const one of said) {
      if (wrongIn(before, after, one).length === 0) continue;
      // What came and went between the looks was seen by nobody: asked alone, it has to be said again.
      const [earlier, again, later] = [
        await lookAround(world.places),
        await ask(one.asked),
        await lookAround(world.places),
      ];
      const still = new Set(wrongIn(earlier, later, again));
      const twice = wrongIn(before, after, one).filter((statement) => still.has(statement));
      wrong.push(...twice);
      if (twice.length > 0) onAnswers({ truths: later, said: again });
    }
    const statements = said.flatMap((one) => statementsIn(after, one));
    const open = statements.filter(({ is }) => is === undefined).map(({ says }) => says);
    return of({
      ...{ wrong, answers: said.length, judged: statements.length - open.length },
      unjudged: [...new Set(open)].filter((says) => !says.includes('ruled out')),
    });
  } catch (error) {
    return of({ problem: error instanceof Error ? (error.stack ?? '') : String(error) });
  } finally {
    shell.close();
    await world.close();
  }
}

/** An answer takes less than a minute; what has not ended by then hangs, and that is a problem of its own. */
const mostSeconds = 240;

/** Never throws. `onAnswers`: for whoever looks for the reason. */
export function tryDraw(
  keeper: Keeper,
  draw: Draw,
  onAnswers: (looked: Looked) => void = () => undefined,
): Promise<Searched> {
  const hung: Searched = {
    ...{ seed: draw.seed, seconds: mostSeconds, wrong: [], answers: 0, judged: 0, unjudged: [] },
    problem: `it has not ended after ${mostSeconds} s`,
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Searched>((resolve) => {
    timer = setTimeout(() => resolve(hung), mostSeconds * 1000);
  });
  return Promise.race([tried(keeper, draw, onAnswers), late]).finally(() => clearTimeout(timer));
}
