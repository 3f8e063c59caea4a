/** K1.d and K1.g: the scheduler's and the API server's own message decides which words stand there and which buttons. */
import { describe, expect, it } from 'vitest';
import { instructionLines } from '../../../src/diagnoses/instructions/commands.ts';
import { podNotStarting } from '../../../src/diagnoses/pod-not-starting.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import { findingOf, remediesHere } from '../../../src/domain/diagnosis/place.ts';
import { remediesOfCause } from '../../../src/domain/fix/remedies.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { evictionFacts } from '../../../src/domain/probe/eviction.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { refusalFacts } from '../../../src/domain/probe/refusal.ts';
import { blockFacts } from '../../../src/domain/probe/scheduling.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { emitters } from '../../support/diagnosis.ts';
import { registered } from '../../support/remediation-fixtures.ts';

const place = { kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' } as const;

/** What K1.d says of Pods that the scheduler speaks of in these words. */
function answerOf(...messages: readonly string[]) {
  const findings = messages.map(
    (message, index): Finding => ({
      ...{ code: 'POD_UNSCHEDULABLE', severity: 'critical', part: 'agent-manager' },
      subject: index === 0 ? 'deployment/agent-manager' : `deployment/other-${index}`,
      facts: {
        ...{ namespace: 'aetherius', message, ...blockFacts(message) },
        ...(message.includes('affinity/selector') ? { nodeLabel: 'disk=ssd' } : {}),
      },
    }),
  );
  return adviceOf('K1.d', 'kubernetes.pods', findings);
}

function adviceOf(id: string, probe: string, findings: readonly Finding[]) {
  const outcome = {
    ...{ key: probe, probe, part: 'runtime', status: 'unhealthy' },
    ...{ findings, facts: {}, startedAt: '', durationMs: 1 },
  } as ProbeOutcome;
  const cause = judge(podNotStarting, [outcome], emitters).causes.find((one) => one.cause.id === id);
  if (cause === undefined) throw new Error(`no ${id}`);
  const remedies = remediesHere(cause, place);
  const wanted = remedies.flatMap((remedy) => ('remediation' in remedy ? [remedy] : []));
  return {
    verdict: cause.verdict,
    buttons: remediesOfCause(cause.for, wanted, registered, { kubernetes: {} as never }).map(
      ({ call }) => call.remediation,
    ),
    words: remedies.flatMap((remedy) =>
      'instruction' in remedy
        ? [
            {
              key: remedy.instruction,
              text: wordsIn('en').lookupPlain(`remedy.${remedy.instruction}`, {
                ...findingOf(remedy, cause)?.facts,
                subject: findingOf(remedy, cause)?.subject,
              }),
              lines: instructionLines(remedy.instruction, place, findingOf(remedy, cause), asInGuide),
            },
          ]
        : [],
    ),
  };
}

const node = (told: string) => `0/3 nodes are available: 3 ${told}.`;

describe('K1.d', () => {
  it.each([
    [node('Insufficient memory'), ['make-room'], ['kubernetes.rollback-workload']],
    [
      node("node(s) didn't match Pod's node affinity/selector"),
      ['mend-node-choice'],
      ['kubernetes.remove-node-selector'],
    ],
    [node('node(s) had untolerated taint {dedicated: gpu}'), ['tolerate-taint'], []],
    [node("node(s) didn't have free ports for the requested pod ports"), ['free-host-port'], []],
    ['0/3 nodes are available: persistentvolumeclaim "data" not found.', ['mend-claim'], []],
    [node("node(s) didn't match pod anti-affinity rules"), ['mend-pod-affinity'], []],
    [node("node(s) didn't match pod topology spread constraints"), ['mend-spread'], []],
    [node('node(s) were unschedulable'), ['uncordon-node'], []],
    [node('node(s) had untolerated taint {node.kubernetes.io/not-ready: }'), ['mend-node'], []],
    ['a sentence of tomorrow', ['make-schedulable'], []],
  ])('%s', (message, keys, buttons) => {
    const answer = answerOf(message);

    expect(answer.words.map(({ key }) => key)).toEqual(keys);
    expect(answer.buttons).toEqual(buttons);
    for (const { text, lines } of answer.words) {
      expect(text).not.toMatch(/\{|unknown/);
      expect(lines).not.toEqual([]);
    }
  });

  it('tells each of two Pods what keeps it away, with its own name', () => {
    const { words, buttons } = answerOf(
      node('node(s) had untolerated taint {dedicated: gpu}'),
      node('Insufficient cpu'),
    );

    expect(words.map(({ key }) => key)).toEqual(['make-room', 'tolerate-taint']);
    expect(words[0]?.text).toContain('deployment/other-1');
    expect(words[1]?.text).toContain('deployment/agent-manager');
    // A revision before has the same taint: only the one that lacks room may go back.
    expect(buttons).toEqual(['kubernetes.rollback-workload']);
  });
});

/** A finding about agent-manager's Deployment with these facts. */
const about = (code: Finding['code'], facts: Finding['facts']): Finding => ({
  ...{ code, severity: 'critical', part: 'agent-manager', subject: 'deployment/agent-manager' },
  facts: { namespace: 'aetherius', ...facts },
});

describe('K1.g', () => {
  it.each([
    ['exceeded quota: team-a, requested: pods=1, used: pods=9, limited: pods=9', 'mend-quota', 'team-a'],
    ['failed quota: team-a: must specify limits.cpu for: main', 'set-what-quota-wants', 'team-a'],
    ['maximum memory usage per Container is 1Gi, but limit is 2Gi', 'fit-limit-range', 'memory'],
    ['violates PodSecurity "restricted:latest": x', 'mend-security-context', 'restricted:latest'],
    ['failed calling webhook "pods.example.com": x', 'mend-webhook', 'pods.example.com'],
    ['admission webhook "a.example.com" denied the request: x', 'mend-what-is-denied', 'a.example.com'],
    ['error looking up service account a/runner: x', 'create-service-account', 'runner'],
    ['a sentence of tomorrow', 'mend-what-refuses', 'a sentence of tomorrow'],
  ])('%s: %s', (message, key, named) => {
    const finding = about('POD_REFUSED', { message, ...refusalFacts(message) });
    const { verdict, words, buttons } = adviceOf('K1.g', 'kubernetes.refused-pods', [finding]);

    expect(verdict).toBe('confirmed');
    expect(words.map((one) => one.key)).toEqual([key]);
    expect(words[0]?.text).toContain(named);
    expect(words[0]?.text).toContain('I offer no fix');
    expect(words[0]?.text).not.toMatch(/\{|unknown/);
    expect(words[0]?.lines).not.toEqual([]);
    expect(buttons).toEqual([]);
  });
});

describe('K1.h', () => {
  const facts = { container: 'wait-for-cache', seconds: 90, pod: 'a', pods: 1 };

  it('is confirmed where the log says the same again and again, and open where it does not', () => {
    const waits = adviceOf('K1.h', 'kubernetes.pods', [
      about('POD_INIT_WAITS', { ...facts, says: 'waiting for redis-cache' }),
    ]);
    const runs = adviceOf('K1.h', 'kubernetes.pods', [about('POD_INIT_RUNS', facts)]);

    expect([waits.verdict, runs.verdict]).toEqual(['confirmed', 'possible']);
    for (const { words, buttons } of [waits, runs]) {
      expect(words.map(({ key }) => key)).toEqual(['see-what-init-waits-for']);
      expect(words[0]?.text).toContain('wait-for-cache');
      expect(words[0]?.lines).toEqual([
        'kubectl -n aetherius logs deployment/agent-manager -c wait-for-cache --tail=20',
      ]);
      expect(buttons).toEqual([]);
    }
  });
});

describe('K1.i', () => {
  it('names the container, its command and why it cannot be run, and may go back', () => {
    const facts = { container: 'main', command: '/bin/shopd', message: 'no such file or directory' };
    const { verdict, words, buttons } = adviceOf('K1.i', 'kubernetes.pods', [
      about('POD_COMMAND_MISSING', facts),
    ]);

    expect(verdict).toBe('confirmed');
    expect(words.map(({ key }) => key)).toEqual(['mend-command']);
    expect(words[0]?.text).toContain('main cannot run /bin/shopd (no such file or directory)');
    expect(buttons).toEqual(['kubernetes.rollback-workload']);
  });
});

describe('K1.j', () => {
  it.each([
    ['The node was low on resource: memory. ', 'free-node', 'memory'],
    ['Usage of EmptyDir volume "spool" exceeds the limit "8Mi". ', 'raise-storage-limit', 'spool'],
    ['a sentence of tomorrow', 'see-eviction', 'a sentence of tomorrow'],
  ])('%s: %s', (message, key, named) => {
    const facts = { pod: 'a', node: 'node-1', message, pods: 1, ...evictionFacts(message) };
    const { verdict, words, buttons } = adviceOf('K1.j', 'kubernetes.pods', [about('POD_EVICTED', facts)]);

    expect(verdict).toBe('confirmed');
    expect(words.map((one) => one.key)).toEqual([key]);
    expect(words[0]?.text).toContain(named);
    expect(words[0]?.text).toContain('I offer no fix');
    expect(words[0]?.lines).not.toEqual([]);
    expect(buttons).toEqual([]);
  });
});
