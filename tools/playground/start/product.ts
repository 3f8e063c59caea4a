/** The product as one process of its own, from its source. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../../lab/components/process.ts';
import type { CleanUp } from './clean-up.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Absolute, so that it is found from any folder. */
export const loader = import.meta.resolve('tsx');

export interface ProductSetup {
  readonly cleanUp: CleanUp;
  /** The product ended though nobody asked it to. */
  readonly onProductExit: (how: string) => void;
}

/** Starts the product as a process of its own and waits until it is ready. */
export async function startProduct(
  setup: ProductSetup,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  let ended: string | undefined;
  await setup.cleanUp.start(
    async () => {
      // The kernel ends it with this process, even one that is killed. setpriv replaces itself by the product.
      const product = spawn(
        'setpriv',
        ['--pdeathsig', 'TERM', process.execPath, '--import', loader, join(root, 'src/main.ts')],
        {
          cwd: root,
          stdio: ['ignore', 'inherit', 'inherit'],
          env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
        },
      );
      product.once('error', (error) => {
        ended = error.message;
        setup.onProductExit(ended);
      });
      product.once('exit', (code, signal) => {
        ended = signal ?? `exit status ${code}`;
        setup.onProductExit(ended);
      });
      return product;
    },
    (product) => stopProduct(product),
  );
  await waitFor(async () => (await fetch(`http://127.0.0.1:${variables.STATUS_PORT}/readyz`)).ok, {
    seconds: 60,
    what: 'the bot to be ready',
    failed: () => ended,
  });
}

async function stopProduct(product: ChildProcess): Promise<void> {
  if (product.exitCode !== null || product.signalCode !== null || product.pid === undefined) return;
  const gone = new Promise((resolve) => product.once('exit', resolve));
  product.kill('SIGTERM');
  // It gives itself five seconds.
  const late = setTimeout(() => product.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}
