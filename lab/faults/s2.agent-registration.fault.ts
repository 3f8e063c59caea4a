/** S2: collect agents cannot register. */

import { setTimeout as delay } from 'node:timers/promises';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab } from '../types.ts';
import { answersHttp, lastLine } from './services.ts';
import { defineFault, nats } from './support.ts';

const agent = 'collect-agent';
const manager = 'agent-manager';

/** As plain lines say it, and as JSON does. */
const ofRegistration = /register: |"component":"register"/;

/** agent-manager answers, and the last that the agent said of its registration is this. */
export const agentSays = async (lab: Lab, pattern: RegExp) =>
  (await answersHttp(lab, manager)) && pattern.test(await lastLine(lab, agent, ofRegistration));

/** Who is changed, and how the words of its subject are. */
const subjects = {
  'agent-plural': [agent, ([first = '', second = '', ...rest]) => [first, `${second}s`, ...rest]],
  'agent-versioned': [agent, ([first = '', ...rest]) => [first, 'v2', ...rest]],
  'manager-renamed': [manager, (words) => words.map((word) => (word === 'register' ? 'registration' : word))],
} as const satisfies Record<
  string,
  readonly [typeof agent | typeof manager, (words: readonly string[]) => readonly string[]]
>;
type SubjectVariant = keyof typeof subjects;

const registrationSubject = defineFault({
  id: 'S2.a',
  title: 'agent and agent-manager use different subjects for the registration',
  variants: ['agent-plural', 'manager-renamed', 'agent-versioned'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const [part, change] = subjects[variant as SubjectVariant];
    const subject = change(lab.names.subject('registration', '{cluster_id}').split('.')).join('.');
    await lab.configure(part, { 'nats.subjects.registration': subject });
    await lab.restart(part);
    if (part === manager) await lab.restart(agent);
  },
  check: (lab) => agentSays(lab, /registration failed: nobody listens on the subject/),
  async clear(lab, variant) {
    const [part] = subjects[variant as SubjectVariant];
    await lab.reset(part);
    if (part === manager) await lab.restart(agent);
  },
});

async function changeToken(
  lab: Lab,
  part: typeof agent | typeof manager,
  token: string | null,
): Promise<void> {
  if (isKubernetes(lab)) {
    const where = ['-n', lab.names.workload(part).namespace];
    const { name, key } = lab.names.secret('token');
    if (token === null) await lab.kubectl(['delete', 'secret', name, ...where]);
    else {
      const patch = JSON.stringify({ stringData: { [key]: token } });
      await lab.kubectl(['patch', 'secret', name, ...where, '-p', patch]);
    }
    await lab.restart(part);
  } else await lab.setEnv(part, { AGENT_AUTH_TOKEN: token ?? '' });
  if (part === manager) await lab.restart(agent);
}

const registrationToken = defineFault({
  id: 'S2.b',
  title: 'the agents’ token differs from the one agent-manager knows, or is missing',
  variants: ['agent-differs', 'agent-missing', 'manager-rotated'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  plant(lab, variant) {
    if (variant === 'agent-missing') return changeToken(lab, agent, null);
    if (variant === 'agent-differs') return changeToken(lab, agent, 'lab-agent-token-0');
    return changeToken(lab, manager, 'lab-agent-token-2');
  },
  check: (lab) => agentSays(lab, /registration failed: token (mismatch|missing)/),
  async clear(lab, variant) {
    await lab.reset(variant === 'manager-rotated' ? manager : agent);
    if (variant === 'manager-rotated') await lab.restart(agent);
  },
});

const spoken = ['registration', 'heartbeat', 'event', 'metrics', 'result'] as const;

/** Whether an agent publishes anything within some seconds. */
async function isHeard(lab: Lab, seconds: number): Promise<boolean> {
  const { nats: at } = await lab.endpoints();
  const listen = ({ url }: { readonly url: string }) =>
    nats(
      lab,
      async (connection) => {
        const subscriptions = spoken.map((kind) => connection.subscribe(lab.names.subject(kind, '*')));
        const count = () => subscriptions.reduce((sum, one) => sum + one.getReceived(), 0);
        for (const end = Date.now() + seconds * 1000; count() === 0 && Date.now() < end; await delay(100));
        for (const one of subscriptions) one.unsubscribe();
        return count() > 0;
      },
      url,
    );
  // It speaks to one of them.
  return (await Promise.all((at.servers ?? [at]).map(listen))).some(Boolean);
}

const registrationSilence = defineFault({
  id: 'S2.c',
  title: 'no collect agent publishes anything',
  variants: ['not-running', 'crashing'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    if (variant === 'not-running') await lab.stop(agent);
    else {
      // No such host: the agent ends at its start, again and again.
      await lab.configure(agent, { 'nats.url': 'nats://127.0.0.2:4229' });
      await lab.restart(agent);
    }
  },
  check: async (lab) =>
    (await answersHttp(lab, manager)) && !(await isHeard(lab, lab.names.heartbeatSeconds + 0.5)),
  clear: (lab) => lab.reset(agent),
});

export const agentRegistration: readonly Fault[] = [
  registrationSubject,
  registrationToken,
  registrationSilence,
];
