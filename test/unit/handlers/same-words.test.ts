import { describe, expect, it } from 'vitest';
import { ownProbes, pathSteps, unreachable } from '../../../src/diagnoses/unreachable.diagnosis.ts';
import { symptomOf } from '../../../src/domain/diagnosis/symptom.ts';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { aetheriusCommand } from '../../../src/handlers/aetherius.command.ts';
import type { HandlerDeps } from '../../../src/handlers/deps.ts';
import { diagnoseMessageModal } from '../../../src/handlers/diagnose-message.modal.ts';
import { diagnoseMessageShortcut } from '../../../src/handlers/diagnose-message.shortcut.ts';
import { directMessageEvent } from '../../../src/handlers/direct-message.event.ts';
import { mentionEvent } from '../../../src/handlers/mention.event.ts';
import { diagnoses } from '../../../src/main/registries.ts';
import { catalogueOf, matcherOfSymptoms } from '../../../src/main/understanding.ts';
import { createDiagnoseHere } from '../../../src/services/diagnosis/diagnose-here.service.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { emitters } from '../../support/diagnosis.ts';

const matcher = matcherOfSymptoms();
const catalogue = catalogueOf(() => asInGuide);
const words = wordsIn('en');

interface Said {
  readonly text: string;
  readonly blocks?: readonly unknown[];
}
interface Heard {
  readonly started: { readonly kind: string; readonly params?: { readonly symptom?: string } }[];
  readonly said: { readonly where: 'private' | 'place'; readonly rendered: Said }[];
  readonly opened: {
    readonly blocks: readonly { readonly block_id?: string; readonly element?: unknown }[];
  }[];
}

function stage(file = '') {
  const heard: Heard = { started: [], said: [], opened: [] };
  const note = (where: 'private' | 'place') => (_delivery: unknown, rendered: Said) =>
    Promise.resolve(void heard.said.push({ where, rendered }));
  const runs = {
    start: (run: Heard['started'][number]) => {
      heard.started.push(run);
      return Promise.resolve({ runId: '00000000-run', duplicate: false, courier: 'ok' });
    },
  };
  const deps = {
    catalogue,
    settings: { environments: ['prod'], defaultEnvironment: 'prod', channel: () => ({ language: 'en' }) },
    words: () => Promise.resolve(words),
    door: {
      enter: () => Promise.resolve({ runs, attachedLogs: { skim: () => Promise.resolve(file) } }),
    },
    answers: { privately: note('private'), inPlace: note('place') },
    slack: {
      views: {
        open: ({ view }: { view: Heard['opened'][number] }) => Promise.resolve(void heard.opened.push(view)),
      },
    },
    botUserId: 'U0BOT',
  } as unknown as HandlerDeps;
  return { heard, deps };
}

const contextIn = (channel: string) => ({
  delivery: {
    ...{ key: 'k', digest: 'd', teamIds: ['T1'], channel },
    person: { userId: 'U1', teamId: 'T1', via: 'slack' },
  },
});
/** As Slack sends what somebody typed. */
const sent = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const ack = () => Promise.resolve();

/** `D3 redis` starts, `? D3, H2 redis` is asked about, `/health` is another command, `-` is nothing. */
function answerIn({ started, said }: Heard): string {
  const [run] = started;
  if (run?.kind === 'health') return '/health';
  if (run !== undefined) {
    // What the worker makes of it.
    const symptom = symptomOf(String(run.params?.symptom), diagnoses, matcher, asInGuide);
    return symptom.kind === 'known' ? symptom.ids.join(' ') : `not ${symptom.kind}`;
  }
  const rendered = said[0]?.rendered;
  const choices = [...JSON.stringify(rendered?.blocks ?? []).matchAll(/"value":"diagnose ([^"]+)"/g)].map(
    ([, typed]) => typed,
  );
  if (rendered?.text.startsWith(words.say('diagnose.choose', { text: '' }).slice(0, 15)) === true)
    return `? ${choices.join(', ')}`;
  const [, command] = /`\/aetherius (\w+)/.exec(rendered?.text ?? '') ?? [];
  return rendered?.text.startsWith('These words ask for') === true ? `/${command}` : '-';
}

async function typed(text: string) {
  const { heard, deps } = stage();
  await aetheriusCommand(deps)({ ack, command: { text: sent(text) }, context: contextIn('C1') } as never);
  return answerIn(heard);
}

async function mentioned(text: string) {
  const { heard, deps } = stage();
  const event = { text: `<@U0BOT> ${sent(text)}` };
  await mentionEvent(deps)({ event, context: contextIn('C1') } as never);
  return answerIn(heard);
}

async function direct(text: string, more: object = {}, file = '') {
  const { heard, deps } = stage(file);
  const event = { channel_type: 'im', ts: '1.1', text: sent(text), ...more };
  await directMessageEvent(deps)({ event, context: contextIn('D1') } as never);
  return { answer: answerIn(heard), heard };
}

/** “Diagnose this message”, and the form as it opens. */
async function byShortcut(text: string) {
  const { heard, deps } = stage();
  const shortcut = { message: { ts: '1.1', text: sent(text) }, channel: { id: 'C1' }, trigger_id: 't' };
  await diagnoseMessageShortcut(deps)({ ack, shortcut, context: contextIn('C1') } as never);
  const field = heard.opened[0]?.blocks.find(({ block_id }) => block_id === 'symptom');
  const filled = field?.element as { readonly initial_value: string } | undefined;
  return inForm(filled?.initial_value ?? '');
}

async function inForm(text: string) {
  const { heard, deps } = stage();
  const values = {
    environment: { environment: { selected_option: { value: 'prod' } } },
    symptom: { symptom: { value: text } },
    choice: { choice: { selected_option: null } },
  };
  const view = { state: { values }, private_metadata: JSON.stringify({ channel: 'C1' }) };
  let answer: { readonly response_action?: string; readonly errors?: object; readonly view?: unknown } = {};
  const acked = (given: typeof answer = {}) => Promise.resolve(void (answer = given));
  await diagnoseMessageModal(deps)({ ack: acked, view, context: contextIn('C1') } as never);
  const shown = JSON.stringify(answer);
  if (answer.response_action === 'update') {
    const asked = [...shown.matchAll(/"value":"diagnose ([^"]+)"/g)].map(([, one]) => one);
    return `? ${asked.join(', ')}`;
  }
  if (answer.response_action === undefined) return answerIn(heard);
  const [, command] = /\/aetherius (\w+)/.exec(shown) ?? [];
  return command === undefined ? '-' : `/${command}`;
}

async function atCommandLine(text: string) {
  const here = createDiagnoseHere({
    ...{ diagnoses, matcher, unreachable, ownProbes, pathSteps, emitters },
    targets: {
      close: () => Promise.resolve(),
      forRun: () => Promise.resolve({ environment: 'prod', platform: asInGuide } as never),
    },
    probes: { run: () => Promise.resolve([]) } as never,
  });
  try {
    const { signal } = new AbortController();
    const answer = await here.run({ environment: 'prod', text, signal });
    if (answer.kind === 'choose') return `? ${answer.choices.map(({ typed: one }) => one).join(', ')}`;
    // What these hand over to comes behind them.
    return answer.judgements.map(({ diagnosis }) => diagnosis.id).join(' ');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { command } = error.facts as { readonly command?: string };
    return command === undefined ? '-' : `/${command}`;
  }
}

describe('the same words get the same answer wherever they are asked', () => {
  it.each([
    ['redis is full', 'D3'],
    ['why is the memory of redis full?', 'D3'],
    ['PostgreSQL is slow', 'D2'],
    ['数据库慢', 'D2'],
    ['redis 内存满了', 'D3'],
    ['推理服务起不来', 'K1 H2'],
    ['agent-manager cannot reach redis', 'N1 H2'],
    ['WRONGPASS invalid username-password pair', 'S1 H2'],
    ['FATAL:  password authentication failed for user "agent_manager"', 'S1 H2'],
    // Quotes are a part of what a program prints, straight or curled.
    ['FATAL:  database "agent_manager" does not exist', 'S1 M1'],
    ['FATAL:  database “agent_manager” does not exist', 'S1 M1'],
    // Which of several that fit the same line comes first is the model's.
    ['pq: column "severity" does not exist', 'M1 S1'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'D3'],
    ['[FIRING:2] KubePodNotReady (agent-manager)', 'K1'],
    [
      "level=info msg=started\nOOM command not allowed when used memory > 'maxmemory'.\nlevel=info msg=retry",
      'D3',
    ],
    ['connection refused', '? N1'],
    ['内存一直往上爬直到进程被杀', '? P2'],
    ['no metrics in redis', '?'],
    ['grab all logs of everything', '/collect'],
    ['everything is broken', '/health'],
    ['redis is not full', '-'],
    ['kafka lags behind', '-'],
    ['lunch at noon?', '-'],
    ['今天天气不错', '-'],
  ])('%s', async (text, answer) => {
    const all = {
      typed: await typed(text),
      'behind the verb': await typed(`diagnose ${text}`),
      mentioned: await mentioned(text),
      direct: (await direct(text)).answer,
      shortcut: await byShortcut(text),
      form: await inForm(text),
    };

    const line = await atCommandLine(text);
    // What is asked about beside the nearest is the model's, which each new diagnosis trains again.
    if (answer.startsWith('?')) expect(all.typed.startsWith(answer)).toBe(true);
    else expect(all.typed.split(' ').toSorted()).toEqual(answer.split(' ').toSorted());
    expect(`${line} `.startsWith(`${all.typed} `)).toBe(true);
    expect(all).toEqual(Object.fromEntries(Object.keys(all).map((surface) => [surface, all.typed])));
  });
});

describe('what is asked', () => {
  it('is private in a channel, and stays in a direct message', async () => {
    const { heard, deps } = stage();
    const command = { text: 'connection refused prod' };
    await aetheriusCommand(deps)({ ack, command, context: contextIn('C1') } as never);
    const own = await direct('connection refused');

    expect(heard.said.map(({ where }) => where)).toEqual(['private']);
    expect(JSON.stringify(heard.said)).toContain('"value":"diagnose N1 env=prod"');
    expect(own.heard.said.map(({ where }) => where)).toEqual(['place']);
  });
});

describe('a direct message', () => {
  const files = [{ id: 'F1' }];

  it.each([
    ['a file alone', '', 'FATAL:  database "agent_manager" does not exist', 'S1 M1'],
    [
      'words that ask for nothing, beside a file',
      'look at this please',
      'WRONGPASS invalid username-password pair',
      'S1 H2',
    ],
    [
      'a file that begins with a verb',
      '',
      'logs of today\nMISCONF Redis is configured to save RDB snapshots',
      'D3 H2',
    ],
    ['words that ask for something, beside a file', 'redis is full', 'WRONGPASS invalid', 'D3'],
    ['a file that says nothing', '', 'minutes of the meeting of the choir', '-'],
  ])('is read with its file: %s', async (_what, text, file, answer) => {
    const offered = (await direct(text, { files }, file)).answer.split(' ');
    // Which of two that fit one line comes first is the model's, as above.
    expect(offered.toSorted()).toEqual(answer.split(' ').toSorted());
  });

  it('that is a picture alone is silence', async () => {
    const { heard } = await direct('', { files }, '');

    expect([heard.started, heard.said]).toEqual([[], []]);
  });

  it('is read with what is forwarded in it', async () => {
    const attachments = [
      { fallback: '-', text: "OOM command not allowed when used memory &gt; 'maxmemory'." },
    ];

    expect((await direct('', { attachments })).answer).toBe('D3');
  });
});
