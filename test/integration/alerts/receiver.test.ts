/** What `aetherius init --alerts` prints, by Alertmanager's own tool. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { run } from '../../../lab/components/process.ts';
import { missing, prometheusTool } from '../../../lab/components/prometheus.ts';
import { type AlertReceiverOptions, alertReceiverText } from '../../../src/cli/alert-receiver.command.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { scratch } from '../../support/targets.ts';

interface Alertmanager {
  readonly route: { readonly receiver: string };
  readonly receivers: readonly object[];
}

const printed = (more: Partial<AlertReceiverOptions> = {}, language: 'en' | 'zh-CN' = 'en') =>
  alertReceiverText(
    { alerts: true, file: 'aetherius.yaml', name: 'prod', ownNamespace: 'aetherius-bot', ...more },
    wordsIn(language),
  );

const lacking = missing('amtool');
describe.skipIf(lacking !== undefined)(
  `the lines of init --alerts${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = scratch('alert-receiver');
    let amtool: string;
    beforeAll(async () => {
      amtool = await prometheusTool('amtool');
    }, 600_000);
    afterAll(() => place.remove());
    const checked = async (text: string) => {
      const file = join(place.dir, 'alertmanager.yml');
      writeFileSync(file, text);
      const { code, stdout, stderr } = await run(amtool, ['check-config', file], { seconds: 60 });
      return { code, said: stdout + stderr };
    };

    it('are taken by Alertmanager as they are, and with another environment below a route of its own', async () => {
      const text = printed({ for: 'kubernetes' });
      for (const one of [text, printed({}, 'zh-CN')])
        expect(await checked(one)).toMatchObject({ code: 0, said: expect.stringContaining('SUCCESS') });

      const [prod, staging] = [text, printed({ name: 'staging' })].map((one) => parse(one) as Alertmanager);
      const both = {
        route: { receiver: 'mine', routes: [{ ...prod?.route, continue: true }, staging?.route] },
        receivers: [{ name: 'mine' }, ...(prod?.receivers ?? []), ...(staging?.receivers ?? [])],
      };
      const { code, said } = await checked(stringify(both));
      expect(said).toContain('3 receivers');
      expect(code).toBe(0);
    });

    it('would be refused with a word that Alertmanager does not have', async () => {
      const wrong = printed().replace('send_resolved', 'sends_resolved');

      expect(await checked(wrong)).toMatchObject({
        code: 1,
        said: expect.stringContaining('sends_resolved'),
      });
    });
  },
);
