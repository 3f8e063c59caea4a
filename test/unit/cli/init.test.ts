import { describe, expect, it } from 'vitest';
import type { CliContext, DiscoveredEnvironment } from '../../../src/cli/context.ts';
import { UsageFault } from '../../../src/cli/faults.ts';
import { initCommand } from '../../../src/cli/init.command.ts';
import { wordsIn } from '../../../src/text/words.ts';

/** What `init` prints where this was found. */
async function said(
  found: DiscoveredEnvironment['found'],
  more: Partial<DiscoveredEnvironment> = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  const context = {
    words: wordsIn('en'),
    out: (text: string) => lines.push(text),
    save: () => undefined,
    discover: () => Promise.resolve({ parts: ['redis'], found, yaml: {}, variables: [], ...more }),
    look: () => Promise.resolve({ at: '2026-03-01T10:00:00Z', areas: {} }),
  } as unknown as CliContext;
  await initCommand(context, { file: '/none/a.yaml', name: 'prod', namespace: 'a', socket: '/none' });
  return lines;
}

const orchestrator = { part: 'orchestrator-service', names: ['flows'] } as const;

describe('init', () => {
  it('says that a service listens on no port although it declares some', async () => {
    const lines = await said([{ ...orchestrator, withoutHttp: 'by-sockets', closed: [8081, 9090] }]);

    expect(lines[0]).toContain('listens on no port: without HTTP');
    expect(lines).toContain(
      'orchestrator-service declares port 8081, 9090, and no process listens there. It stands under withoutHttp; aetherius diagnose drift says what to mend.',
    );
  });

  it('says that nobody saw a listener at an address that it wrote, and why', async () => {
    const address = 'http://flows:8081';
    const lines = await said([{ ...orchestrator, address, unseen: 'not-running' }]);

    expect(lines).toContain(
      'Whether orchestrator-service listens at http://flows:8081 could not be seen: no container of it runs. If it listens on no port, put its name under withoutHttp and remove the address.',
    );
    expect((await said([{ ...orchestrator, address }])).join()).not.toContain('could not be seen');
  });

  it('says where its addresses lead somewhere, on Compose alone', async () => {
    const inside = 'run the worker and doctor there';
    expect((await said([], { networks: ['a_b'] })).at(-1)).toContain('(a_b)');
    expect((await said([], { networks: ['a_b'] })).at(-1)).toContain(inside);
    expect((await said([])).join()).not.toContain(inside);
  });
});

describe('init where nothing of the platform is', () => {
  const fault = async (elsewhere: unknown, more: { readonly project?: string } = {}) => {
    const context = {
      words: wordsIn('en'),
      discover: () => Promise.resolve(undefined),
      elsewhere: () => Promise.resolve(elsewhere),
    } as unknown as CliContext;
    const options = { file: '/none/a.yaml', name: 'prod', namespace: 'a', socket: '/none', ...more };
    const thrown: unknown = await initCommand(context, options).catch((error: unknown) => error);
    if (!(thrown instanceof UsageFault)) throw new Error('no fault');
    return wordsIn('en').plain(thrown.key, thrown.facts);
  };

  it('names the places that have parts of it, and says when it may not look for them', async () => {
    const shop = [{ place: 'shop', parts: ['agent-manager', 'redis'] }];

    expect(await fault(shop)).toBe(
      'No part of Aetherius was found in namespace a. Namespaces with parts of it: shop (agent-manager, Redis).',
    );
    expect(await fault(shop, { project: 'web' })).toContain(
      'in project web. Projects with parts of it: shop',
    );
    expect(await fault([])).toBe('No part of Aetherius was found there: a.');
    expect(await fault(undefined)).toContain('Other namespaces may not be listed');
    expect(await fault(undefined, { project: 'web' })).toBe('No part of Aetherius was found there: web.');
  });
});
