import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, waitFor } from '../../lab/components/process.ts';

/** Runs something against a playground that is started for it and stopped afterwards; `url` is that of its page. */
export async function withPlayground(use: (url: string) => Promise<void>): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const playground = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'tools/playground/main.ts'), '--port', String(port)],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    await waitFor(async () => (await fetch(url)).ok, {
      seconds: 180,
      what: 'the playground',
      failed: () => (playground.exitCode === null ? undefined : 'it has ended; see `npm run playground`'),
    });
    await use(url);
  } finally {
    if (playground.exitCode === null) {
      playground.kill('SIGTERM');
      await once(playground, 'exit');
    }
  }
}
