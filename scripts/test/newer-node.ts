/** What CI runs on the Node of the image as well, beside the lowest, on which every suite runs. */

import { delimiter, join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { nodeFolder, nodeOfImage } from '../node/versions.ts';
import { total } from './report.ts';
import { type Part, type PartResult, type RunContext, suitePart } from './run.ts';
import { type Sample, sampledFiles } from './sample.ts';
import type { SuiteName } from './suites.ts';

export const newerNode = `Node ${nodeOfImage.version.split('.')[0]}`;

const folders = ['bot', 'jobs', 'platform', 'probes', 'store'];
/** Adapters that need an API server, over client-node's own connection. */
const overClient = ['debug-container', 'kubernetes-secrets'];

/** All that is pure, the adapters, and the story from one end to the other. */
const chosen: readonly {
  readonly suite: SuiteName;
  readonly files?: readonly string[];
  /** With `TESTS=drawn` one of so many of its files. */
  readonly drawn?: number;
  /** With `TESTS=drawn` it is left out: the longer tests of the adapters that the line above runs. */
  readonly long?: true;
}[] = [
  { suite: 'unit', drawn: 6 },
  { suite: 'contract', drawn: 6 },
  { suite: 'integration', files: folders.map((folder) => `test/integration/${folder}/`), drawn: 3 },
  { suite: 'servers', files: folders.map((folder) => `test/integration/${folder}/`), long: true },
  {
    suite: 'cluster',
    files: overClient.map((name) => `test/integration/platform/${name}.integration.test.ts`),
  },
  { suite: 'story' },
];

/** One part, whose suites run in turn; a failure there is never tried again. */
export const newerNodeParts = (context: RunContext, sample?: Sample): readonly Part[] => [
  {
    name: newerNode,
    async run(): Promise<PartResult> {
      const bin = await nodeFolder(nodeOfImage);
      // What a test starts by name is the same Node.
      const env = { PATH: [bin, process.env.PATH].join(delimiter) };
      const results: PartResult[] = [];
      for (const { suite, files: own, drawn, long } of chosen) {
        if (long === true && sample !== undefined) continue;
        const files =
          drawn === undefined || sample === undefined
            ? own
            : sampledFiles(context.root, suite, drawn, sample, own).files;
        const options = {
          as: `${suite} on ${newerNode}`,
          node: join(bin, 'node'),
          env,
          ...present({ files }),
        };
        results.push(await suitePart(suite, context, options).run());
      }
      const failures = results.flatMap((result) => result.failures);
      return {
        ...total(results),
        failures: failures.map((one) => ({ ...one, said: `on ${newerNode}: ${one.said}` })),
        seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
      };
    },
  },
];
