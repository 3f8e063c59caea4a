/** What `aetherius init --alerts` prints, by Alertmanager's own tool. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { run } from '../../../lab/components/process.ts';
import { missing, prometheusTool } from '../../../lab/components/prometheus.ts';
import { root } from '../../support/guide-lines.ts';
import { scratch } from '../../support/targets.ts';

const place = scratch('alert-receiver');
afterAll(() => place.remove());

/** As somebody types it, in an empty folder and with an empty home. */
const init = (...args: readonly string[]): string =>
  execFileSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(root, 'src/cli/main.ts'), 'init', '--alerts', ...args],
    { encoding: 'utf8', cwd: place.dir, env: { HOME: place.dir, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } },
  );

interface Alertmanager {
  readonly route: { readonly receiver: string };
  readonly receivers: readonly { readonly webhook_configs: readonly { readonly url: string }[] }[];
}
const urlIn = (text: string) => (parse(text) as Alertmanager).receivers[0]?.webhook_configs[0]?.url;

describe('init --alerts', () => {
  it('prints the lines that the guide has, for each way to install, and writes no file', () => {
    const text = init('--for', 'kubernetes');

    const [, inGuide = ''] = /^ {3}```yaml\n( {3}route:[\s\S]*?)^ {3}```/m.exec(
      readFileSync(join(root, 'docs/guides/alerts.md'), 'utf8'),
    ) ?? ['', ''];
    expect(parse(text)).toEqual(parse(inGuide));
    expect(text).toContain('# The file /etc/alertmanager/aetherius-prod holds the secret');
    expect(urlIn(init('--for', 'compose', '--name', 'staging'))).toBe('http://alerts:9095/alerts/staging');
    expect(urlIn(init())).toBe('http://127.0.0.1:9095/alerts/prod');
    expect(existsSync(join(place.dir, 'aetherius.yaml'))).toBe(false);
  });

  it('prints them in one field as JSON', () => {
    const { alertmanager } = JSON.parse(init('--output', 'json')) as { alertmanager: string };

    expect(urlIn(alertmanager)).toBe('http://127.0.0.1:9095/alerts/prod');
  });

  it('takes no name that would mean something else in an address', () => {
    expect(() => init('--name', 'a/../b')).toThrow(/--name cannot be "a\/\.\.\/b"/);
  });
});

const lacking = missing('amtool');
describe.skipIf(lacking !== undefined)(
  `its lines${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    let amtool: string;
    beforeAll(async () => {
      amtool = await prometheusTool('amtool');
    }, 600_000);
    const checked = async (text: string) => {
      const file = join(place.dir, 'alertmanager.yml');
      writeFileSync(file, text);
      const { code, stdout, stderr } = await run(amtool, ['check-config', file], { seconds: 60 });
      return { code, said: stdout + stderr };
    };

    it('are taken by Alertmanager as they are, and with another environment below a route of its own', async () => {
      const text = init('--for', 'kubernetes');
      expect(await checked(text)).toMatchObject({ code: 0, said: expect.stringContaining('SUCCESS') });

      const [prod, staging] = [text, init('--name', 'staging')].map((one) => parse(one) as Alertmanager);
      const both = {
        route: { receiver: 'mine', routes: [{ ...prod?.route, continue: true }, staging?.route] },
        receivers: [{ name: 'mine' }, ...(prod?.receivers ?? []), ...(staging?.receivers ?? [])],
      };
      const { code, said } = await checked(stringify(both));
      expect(said).toContain('3 receivers');
      expect(code).toBe(0);
    });

    it('would be refused with a word that Alertmanager does not have', async () => {
      const wrong = init().replace('send_resolved', 'sends_resolved');

      expect(await checked(wrong)).toMatchObject({
        code: 1,
        said: expect.stringContaining('sends_resolved'),
      });
    });
  },
);
