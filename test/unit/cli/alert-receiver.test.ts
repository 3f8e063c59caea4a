/** What `init --alerts` prints for `alertmanager.yml`; `test/integration/alerts/receiver.test.ts` has Alertmanager read it. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AlertReceiverOptions, alertReceiverCommand } from '../../../src/cli/alert-receiver.command.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { UsageFault } from '../../../src/cli/faults.ts';
import { InitOutput } from '../../../src/cli/output-schemas.ts';
import type { Language } from '../../../src/domain/run/run.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { read } from '../../repo/files.ts';

const usual: AlertReceiverOptions = {
  ...{ alerts: true, file: 'aetherius.yaml', name: 'prod', ownNamespace: 'aetherius-bot' },
};

function printed(
  options: Partial<AlertReceiverOptions> = {},
  { language = 'en', output = 'text' }: { language?: Language; output?: 'text' | 'json' } = {},
): string {
  let text = '';
  const context = { words: wordsIn(language), output, out: (line: string) => (text += line) };
  expect(alertReceiverCommand(context as unknown as CliContext, { ...usual, ...options })).toBe(0);
  return text;
}

interface Alertmanager {
  readonly receivers: readonly { readonly webhook_configs: readonly { readonly url: string }[] }[];
}
const urlIn = (text: string) => (parse(text) as Alertmanager).receivers[0]?.webhook_configs[0]?.url;

describe('init --alerts', () => {
  it('prints the lines that the guide has, and what they need, in both languages', () => {
    const text = printed({ for: 'kubernetes' });
    const [, inGuide = ''] =
      /^ {3}```yaml\n( {3}route:[\s\S]*?)^ {3}```/m.exec(read('docs/guides/alerts.md')) ?? [];

    expect(parse(text)).toEqual(parse(inGuide));
    expect(text).toContain('# The file /etc/alertmanager/aetherius-prod holds the secret');
    const chinese = printed({ for: 'kubernetes' }, { language: 'zh-CN' });
    expect(parse(chinese)).toEqual(parse(text));
    expect(chinese).toContain('# 文件 /etc/alertmanager/aetherius-prod 中是');
  });

  it('names who receives, for each way to install', () => {
    expect(urlIn(printed({ for: 'kubernetes', ownNamespace: 'ops' }))).toBe(
      'http://aetherius-bot-alerts.ops:9095/alerts/prod',
    );
    expect(urlIn(printed({ for: 'compose', name: 'staging' }))).toBe('http://alerts:9095/alerts/staging');
    expect(urlIn(printed())).toBe('http://127.0.0.1:9095/alerts/prod');
  });

  it('prints them in one field as JSON', () => {
    const { alertmanager } = InitOutput.parse(JSON.parse(printed({}, { output: 'json' })));

    expect(urlIn(alertmanager ?? '')).toBe('http://127.0.0.1:9095/alerts/prod');
  });

  it.each([{ name: 'a/../b' }, { ownNamespace: 'ops/x' }, { name: 'prod\nroute: {}' }])(
    'takes no value that would mean something else in an address: %j',
    (options) => {
      expect(() => printed(options)).toThrow(UsageFault);
    },
  );
});
