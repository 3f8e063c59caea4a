import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { instructionLines } from '../../../../src/diagnoses/instructions/commands.ts';
import { remedyLines } from '../../../../src/diagnoses/instructions/lines.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { isFor, type Place } from '../../../../src/domain/diagnosis/place.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { remediations } from '../../../../src/remediations/index.ts';

const places = {
  kubernetes: { kind: 'kubernetes', namespace: 'prod-aetherius', agentNamespace: 'monitoring' },
  compose: { kind: 'compose', project: 'aetherius' },
  none: { kind: 'none' },
} as const satisfies Readonly<Record<string, Place>>;

/** Every fact that a line asks for, as probes give them. */
const finding = (more: Partial<Finding> = {}): Finding => ({
  // One that shows a key of the configuration to be short.
  code: 'EVENT_WORKERS_SATURATED' as FindingCode,
  severity: 'critical',
  part: 'agent-manager',
  subject: 'agent-manager-6dcd4b7bd9-729fb',
  ...more,
  facts: {
    ...{
      job: 'agents',
      source: 'p.yml',
      target: 'nats:7777',
      metric: 'a_total',
      rules: 'A',
      message: 'm',
      tables: 'events',
      used: 'orchestrator',
      variable: 'DATABASE_URL',
    },
    ...{
      file: '/etc/aetherius/workflows/diagnose.yaml',
      line: 12,
      step: 'collect_logs',
      workflow: 'diagnose',
    },
    ...{
      prefix: 'cache:*',
      schema: 'public',
      index: 'idx_events_timestamp',
      table: 'events',
      column: 'timestamp',
    },
    ...{
      database: 'agent_manager',
      pid: 4711,
      pidsToEnd: '12, 13',
      application: 'agent-manager',
      name: 'LOG_LEVEL',
    },
    ...{ published: 'agent.heartbeat.c1', listened: 'aetherius.agent.*.heartbeat' },
    ...{
      listener: 'orchestrator-service',
      hours: 25,
      fields: 'cluster_id, status',
      given: 'http://fleet:9090',
    },
    ...{ called: 'http://agent-manager:8080', quota: 'compute', unlimited: 'limits.cpu', node: 'node-1' },
    ...{ pod: 'agent-manager-6dcd4b7bd9-729fb' },
    ...{ service: 'orchestrator-service', container: 'aetherius-orchestrator-service', network: 'aetherius' },
    ...{ policy: 'deny-all', namespace: 'prod-aetherius', probe: 'liveness', configMap: 'overrides' },
    ...more.facts,
  },
});

const everywhere = [
  ...diagnoses.filter(({ id }) => id !== 'H2'),
  ...partIds.filter((part) => part !== 'runtime').map(unreachable),
];
const instructions: readonly { readonly instruction: string; readonly on?: 'kubernetes' | 'compose' }[] = [
  ...everywhere.flatMap(({ causes }) =>
    causes.flatMap(({ remedies }) => remedies.flatMap((remedy) => ('instruction' in remedy ? [remedy] : []))),
  ),
  // What stands in for a remediation that cannot be offered.
  ...remediations,
];
/** They name the command of the bot to type. */
const wordsOnly = new Set(['see-slow-database', 'see-network', 'see-full-redis']);

describe('lines to copy', () => {
  it('are there for every instruction, wherever it applies', () => {
    const bare = instructions
      .filter(({ instruction }) => !wordsOnly.has(instruction))
      .flatMap((remedy) =>
        [places.kubernetes, places.compose]
          .filter((place) => isFor(remedy, place))
          // Pods and Services are nothing that Compose has.
          .filter(
            (place) =>
              place.kind === 'kubernetes' ||
              !/pod|image|crash|schedulable|missing-config|mend-(?:probe|service)/.test(remedy.instruction),
          )
          .filter((place) => instructionLines(remedy.instruction, place, finding(), asInGuide).length === 0)
          .map(({ kind }) => `${remedy.instruction} on ${kind}`),
      );

    expect(bare).toEqual([]);
    expect(
      Object.keys(remedyLines(asInGuide)).filter(
        (key) => !instructions.some((one) => one.instruction === key),
      ),
    ).toEqual([]);
  });

  it.each(Object.keys(remedyLines(asInGuide)))(
    'of %s are whole: a shell or PostgreSQL could read them',
    (key) => {
      for (const place of [places.kubernetes, places.compose])
        for (const line of instructionLines(key, place, finding(), asInGuide)) {
          expect(line).not.toMatch(/\{\w+(?::\w+)?\}/);
          expect(line).not.toMatch(/undefined|null/);
          if (/^(?:SELECT|DELETE|ALTER|CREATE|REINDEX|--) ?/.test(line)) expect(line).toMatch(/^--|;$/);
          else expect(spawnSync('bash', ['-n', '-c', line]).status, line).toBe(0);
        }
    },
  );

  it.each(Object.keys(remedyLines(asInGuide)))(
    'of %s may be pasted as one block, by somebody tired',
    (key) => {
      for (const place of [places.kubernetes, places.compose]) {
        const commands = instructionLines(key, place, finding(), asInGuide).filter(
          (line) => !/^(?:#|--) /.test(line),
        );

        for (const line of commands) {
          // What takes something away is for the second look, in a comment.
          expect(line).not.toMatch(
            /\b(?:delete|DELETE|undo|UNLINK|DROP|terminate|cancel)\b|pg_(?:terminate|cancel)/,
          );
          // To zsh a comment behind a command is words of it.
          expect(line.replace(' -- ', ' ')).not.toMatch(/\s(?:#|--)\s/);
        }
        // An editor or a prompt would swallow the lines after it.
        expect(commands.slice(0, -1).filter((line) => /\bedit\b|-it\b| -f neo4j/.test(line))).toEqual([]);
      }
    },
  );

  it('name the namespace, workload and values of here', () => {
    expect(instructionLines('raise-event-workers', places.kubernetes, finding(), asInGuide)).toEqual([
      '# event.workers: 20, event.buffer_size: 2000',
      'kubectl -n prod-aetherius edit configmap agent-manager-config && kubectl -n prod-aetherius rollout restart deployment/agent-manager',
    ]);
    expect(instructionLines('end-leaked-sessions', places.none, finding(), asInGuide)).toContain(
      '-- after a look, and only those of a service, not of a dump, a migration or a person: SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[12, 13]) pid;',
    );
    expect(
      instructionLines(
        'lift-policy',
        places.kubernetes,
        finding({ facts: { policy: 'deny-all, b c' } }),
        asInGuide,
      )[0],
    ).toBe('kubectl -n prod-aetherius get networkpolicy deny-all b c -o yaml');
  });

  it('of a part that does not serve name the part, whatever the finding is about', () => {
    const lines = (part: 'collect-agent' | 'redis', place: (typeof places)[keyof typeof places]) =>
      instructionLines('see-why-not-running', place, finding({ part, subject: '10.0.0.4:6379' }), asInGuide);

    expect(lines('collect-agent', places.kubernetes)).toEqual([
      'kubectl -n monitoring get daemonset/collect-agent',
      'kubectl -n monitoring describe pods -l app=collect-agent',
      'kubectl -n monitoring logs daemonset/collect-agent --tail=50',
      'kubectl -n monitoring logs daemonset/collect-agent --previous --tail=50',
    ]);
    expect(lines('redis', places.kubernetes)[0]).toBe('kubectl -n prod-aetherius get statefulset/redis');
    expect(lines('redis', places.compose)).toHaveLength(2);
    expect(lines('redis', places.compose).join()).not.toContain('10.0.0.4');
  });

  it('of a token restart the agents only when it was copied', () => {
    const commands = instructionLines('copy-auth-token', places.kubernetes, finding(), asInGuide);

    expect(commands[0]).toBe('# where both sides have it from the Secret agent-auth-token:');
    expect(commands[1]).toMatch(
      / apply -f - && kubectl -n monitoring rollout restart daemonset\/collect-agent$/,
    );
    expect(commands).toHaveLength(2);
  });

  it('of an override name the ConfigMap that gives it, and have it read', () => {
    const commands = (configMap: string | null) =>
      instructionLines(
        ...(['remove-override', places.kubernetes] as const),
        finding({ facts: { configMap, key: 'log.level', name: 'LOG_LEVEL' } }),
        asInGuide,
      );

    expect(commands('overrides')[1]).toBe(
      '# or there: kubectl -n prod-aetherius edit configmap/overrides && kubectl -n prod-aetherius rollout restart deployment/agent-manager',
    );
    expect(commands(null)).toEqual([
      '# log.level: LOG_LEVEL',
      'kubectl -n prod-aetherius edit deployment/agent-manager',
    ]);
  });

  it.each([
    ['mend-service-selector', { service: '$(touch /tmp/x)' }, "edit service '$(touch /tmp/x)'"],
    ['mend-service-selector', { service: "a'; rm -rf ~ #" }, "edit service 'a'\\''; rm -rf ~ #'"],
    ['create-index', { index: 'i"; DROP TABLE events; --' }, '"i""; DROP TABLE events; --"'],
  ])('of %s quote what comes from the platform: %o', (key, facts, written) => {
    expect(instructionLines(key, places.kubernetes, finding({ facts }), asInGuide).join('\n')).toContain(
      written,
    );
  });

  it.each([
    ['mend-service-selector', { service: '--all' }, '--all'],
    ['mend-service-selector', { service: 'a\nrm -rf ~' }, 'rm -rf'],
    ['end-blocker', { pid: '1); DROP TABLE events; --' }, 'DROP'],
    ['end-leaked-sessions', { pidsToEnd: '1]); DROP TABLE events; --' }, 'DROP'],
    ['lift-policy', { policy: 'a\u202eb' }, '\u202e'],
  ])('of %s leave out a line whose value could be read otherwise: %o', (key, facts, never) => {
    expect(instructionLines(key, places.kubernetes, finding({ facts }), asInGuide).join('\n')).not.toContain(
      never,
    );
  });

  it('are none where nothing is known of the place but the store', () => {
    expect(instructionLines('raise-event-workers', places.none, finding(), asInGuide)).toEqual([]);
    expect(instructionLines('no-such-instruction', places.kubernetes, finding(), asInGuide)).toEqual([]);
  });
});

describe('lines for an installation that differs (R-PLAT25)', () => {
  const here = platformOf({
    parts: {
      'agent-manager': {
        ...{ workload: 'statefulset/am', composeService: 'manager', configMap: 'am-settings', port: 9080 },
      },
      'orchestrator-service': { workload: 'deployment/flows', configMap: 'flows-settings' },
      'collect-agent': { workload: 'daemonset/probe-agent' },
    },
    keys: { 'event.workers': 'events.pool' },
    files: { models: '/models' },
    secrets: { token: 'join-token' },
    subjects: { events: 'acme.events.>' },
    streams: { events: 'ACME' },
    tables: { events: 'event_log' },
    cache: { agents: 'agents/' },
    paths: { heapProfile: '/pprof/heap' },
  });
  const text = (key: string, place: Place, one = finding()) =>
    instructionLines(key, place, one, here).join('\n');

  it.each([
    ['raise-event-workers', 'kubernetes', '# events.pool: 20, event.buffer_size: 2000'],
    [
      'raise-event-workers',
      'kubernetes',
      'edit configmap am-settings && kubectl -n prod-aetherius rollout restart statefulset/am',
    ],
    ['raise-event-workers', 'compose', 'docker compose -p aetherius restart manager'],
    ['mend-leak', 'kubernetes', 'port-forward statefulset/am 6060:9080'],
    ['mend-leak', 'kubernetes', '127.0.0.1:6060/pprof/heap?gc=1'],
    ['see-why-not-running', 'kubernetes', 'describe pods -l app=am'],
    ['see-why-not-running', 'compose', 'ps -a manager'],
    ['copy-auth-token', 'kubernetes', 'get secret join-token -o json'],
    ['copy-auth-token', 'kubernetes', 'rollout restart daemonset/probe-agent'],
    ['fetch-model-again', 'kubernetes', 'ls -l /models/'],
    ['fetch-model-again', 'kubernetes', "-o jsonpath='{.spec.template.spec.volumes}'"],
    ['fetch-model-again', 'kubernetes', 'compare its sha256sum, keep the old file'],
    ['fetch-model-again', 'compose', "docker inspect -f '{{json .Mounts}}'"],
    ['set-image-in-file', 'compose', 'then: docker compose -p aetherius up -d manager'],
    ['create-stream', 'none', "nats stream add ACME --subjects 'acme.events.>'"],
    ['remove-old-rows', 'none', 'DELETE FROM event_log WHERE id IN (SELECT id FROM event_log '],
    ['delete-stale-cache', 'none', "--pattern 'agents/*'"],
    ['mend-workflow-file', 'kubernetes', 'rollout restart deployment/flows'],
  ] as const)('of %s on %s has %s', (key, kind, line) => {
    expect(text(key, places[kind])).toContain(line);
  });

  it('names the workload of an application that holds connections', () => {
    const pools = (application: string) =>
      text('shrink-pools', places.kubernetes, finding({ facts: { application } }));

    expect(pools('orchestrator-pool')).toContain('edit configmap flows-settings');
    expect(pools('orchestrator-pool')).toContain('rollout restart deployment/flows');
    expect(pools('billing')).toContain('edit configmap billing-config');
  });
});
