/** The pages that answer an operator's questions: what they name is there. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { nameBefore } from '../../src/domain/probe/replaced-container.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { commandOf } from '../../src/handlers/grammar/in-words.ts';
import { catalogueOf } from '../../src/main/understanding.ts';
import { clockPrefix } from '../../src/remediations/kubernetes/credentials/kept-value.ts';
import { fixMark } from '../../src/remediations/kubernetes/credentials/secret-object.ts';
import { modelPrefix } from '../../src/remediations/kubernetes/model/model-job.ts';
import { connectionPrefix } from '../../src/remediations/kubernetes/network/connection-objects.ts';
import { wordsIn } from '../../src/text/words.ts';
import { read } from './files.ts';

const pages = ['maintained', 'what-leaves', 'what-it-may-do', 'turn-off', 'leave', 'verify'].map(
  (name) => `docs/guides/${name}.md`,
);
const texts = pages.map(read);

/** Lines of blocks, and what stands between backticks. */
const code = texts.flatMap((text) => [
  ...[...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n')),
  ...[...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, inline = '']) => inline),
]);

describe('the pages that answer an operator', () => {
  it.each(pages)('are found from the guide for operators and from the README: %s', (page) => {
    expect(read('README.md')).toContain(`(${page})`);
    expect(read('docs/guides/operate.md')).toMatch(new RegExp(`\\(${page.split('/').at(-1)}[)#]`));
  });

  it('name commands of the command line that there are, with their options', () => {
    const nothing = (): Promise<void> => Promise.resolve();
    const program = createProgram(wordsIn('en'), '1', { here: nothing, asPerson: nothing });
    const lines = code.filter((line) => line.startsWith('aetherius ') && !line.includes('…'));
    const faults = lines.flatMap((line) => {
      let at = program;
      for (const word of line.split(' ').slice(1)) {
        if (word.startsWith('-')) {
          const known = [...at.options, ...program.options].some(
            ({ short, long }) => short === word || long === word,
          );
          if (!known) return [`${line}: ${word}`];
        } else at = at.commands.find((one) => one.name() === word) ?? at;
      }
      return at === program && !line.includes('--version') ? [line] : [];
    });

    expect(lines.length).toBeGreaterThan(6);
    expect(faults).toEqual([]);
  });

  it('name commands of Slack that are read', () => {
    const known = { ...catalogueOf(() => asInGuide), values: () => undefined };
    const lines = code
      .filter((line) => line.startsWith('/aetherius '))
      .map((line) => line.replace('/aetherius ', '').replace('<reason>', 'a drill'));

    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => !commandOf(line, ['prod'], known).ok)).toEqual([]);
  });

  it('name Deployments of the chart, services of the Compose file, and variables that are read', () => {
    const { roles } = parse(read('deploy/helm/aetherius-bot/values.yaml')) as { roles: object };
    const { services } = parse(read('deploy/compose/compose.yaml'), { merge: true }) as { services: object };
    const deployments = code.flatMap((line) => /deployment\/aetherius-bot-(\w+)/.exec(line)?.[1] ?? []);
    const stopped = code.flatMap((line) => /^docker compose stop (\w+)/.exec(line)?.[1] ?? []);
    const variables = code.filter((one) => /^[A-Z][A-Z_]{3,}$/.test(one) && one !== 'COMPOSE_FILE');

    expect([deployments, stopped]).toEqual([['worker'], ['worker']]);
    expect(Object.keys(roles)).toContain('worker');
    expect(Object.keys(services)).toContain('worker');
    expect(variables.length).toBeGreaterThan(4);
    expect(variables.filter((one) => !(one in ProcessEnv.shape) && one !== 'SHA256SUMS')).toEqual([]);
  });

  it('name what fixes leave behind as the fixes call it', () => {
    const page = read('docs/guides/leave.md');

    for (const prefix of [connectionPrefix, clockPrefix, modelPrefix])
      expect(page).toContain(`\`${prefix}…\``);
    expect(page).toContain(fixMark);
    expect(nameBefore('<name>', '<id>')).toContain('<name>-before-');
  });

  it('say of the chart what it has: what reads is on, and everything else is off', () => {
    const { features } = parse(read('deploy/helm/aetherius-bot/values.yaml')) as {
      features: Readonly<Record<string, boolean>>;
    };
    const on = Object.keys(features).filter((name) => features[name]);

    expect(read('docs/guides/what-it-may-do.md')).toContain(
      `The chart starts with ${on.map((name) => `\`features.${name}\``).join(' and ')}, which read`,
    );
  });
});
