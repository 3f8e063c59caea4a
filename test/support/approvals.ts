/** Everything between an offer and its verdict over a real store, with a world that counts its effects. */

import { z } from 'zod';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import { type RecordGuard, unanchored } from '../../src/domain/audit/record.ts';
import type { Directory, DirectoryPerson, Known } from '../../src/domain/fix/eligibility.ts';
import {
  Approvals,
  type ApprovalsConfig,
  createPolicy,
  type NextCron,
  type Policy,
} from '../../src/domain/fix/policy.ts';
import {
  type Plan,
  type PlanStep,
  planSchema,
  type Remediation,
  type RemedyCall,
  type Tier,
} from '../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import type { Clock, Logger } from '../../src/domain/kernel/clock.ts';
import { AppError, TargetError } from '../../src/domain/kernel/errors.ts';
import type { Person } from '../../src/domain/kernel/person.ts';
import type { Trust } from '../../src/domain/kernel/signing.ts';
import type { Rendered } from '../../src/domain/message/rendered.ts';
import type { Renderer } from '../../src/domain/message/renderer.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Store } from '../../src/domain/ports/store.ts';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import type { ProbeCall, ProbeOutcome } from '../../src/domain/probe/probe.ts';
import type { ProbeRunner } from '../../src/domain/probe/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../src/domain/probe/targets/targets.ts';
import type { Run } from '../../src/domain/run/run.ts';
import { diagnoses } from '../../src/main/registries.ts';
import { systemClock, systemIds } from '../../src/platform/process/clock.ts';
import { createAuditService } from '../../src/services/audit/audit.service.ts';
import { createAskAgain } from '../../src/services/diagnosis/ask-again.service.ts';
import type { DecisionInput } from '../../src/services/fix/contract.ts';
import { createRemediationService } from '../../src/services/fix/decide/remediation.service.ts';
import { refreshDirectory } from '../../src/services/fix/decide/remediation-directory.service.ts';
import { createRemediationMessages } from '../../src/services/fix/decide/remediation-messages.service.ts';
import { createRemediationSweeper } from '../../src/services/fix/decide/sweep.service.ts';
import { createExecutor } from '../../src/services/fix/execute/executor.service.ts';
import type { ExecutorDeps } from '../../src/services/fix/execute/executor-deps.ts';
import { createHourAfter, type HourAfterDeps } from '../../src/services/fix/execute/hour-after.service.ts';
import {
  createTemporaryKeeper,
  type TemporaryDeps,
} from '../../src/services/fix/execute/temporary.service.ts';
import { createProposeService, type Proposal } from '../../src/services/fix/propose/propose.service.ts';
import { emitters } from './diagnosis.ts';
import { silentLogger } from './logger.ts';
import { auditKey } from './postgres.ts';

export const team = 'T0HOME';

export const person = (userId: string, more: Partial<Person> = {}): Person => ({
  teamId: team,
  userId,
  via: 'slack',
  ...more,
});

export const idOf = (userId: string): string => `${team}:${userId}`;

export const approvalsConfig = {
  approvers: {
    oncall: { users: ['UONCALL'] },
    leads: { users: ['ULEAD', 'UBOSS', 'UCHIEF'], usergroups: ['SLEADS'] },
  },
  tiers: {
    1: { by: ['oncall'] },
    2: { by: ['oncall', 'leads'], reason: 'finding' },
    3: { by: ['leads'] },
  },
} as const;

/** Parses an `approvals` section as the configuration would. */
export function policyConfig(section: unknown = approvalsConfig): ApprovalsConfig {
  const parsed = z.object({ approvals: Approvals }).parse({ approvals: section }).approvals;
  if (parsed === undefined) throw new Error('no approvals section');
  return parsed;
}

export interface MemoryDirectory extends Directory {
  readonly people: Map<string, DirectoryPerson>;
  readonly groups: Map<string, readonly string[]>;
  readonly shared: Set<string>;
  /** Channels that only members know of. */
  readonly closed: Set<string>;
  readonly archived: Set<string>;
  /** Set: nothing can be had. */
  down: string | undefined;
}

export function memoryDirectory(
  userIds: readonly string[] = ['UREQ', 'UONCALL', 'ULEAD', 'UBOSS', 'UCHIEF', 'UMEMBER'],
  teamId = team,
): MemoryDirectory {
  const answer = <T>(value: T | undefined): Promise<Known<T>> =>
    Promise.resolve(
      directory.down !== undefined
        ? { unavailable: directory.down }
        : value === undefined
          ? { unavailable: 'not-found' }
          : { known: value },
    );
  const directory: MemoryDirectory = {
    people: new Map(userIds.map((userId) => [userId, member(userId, { teamId })])),
    groups: new Map([['SLEADS', ['UMEMBER']]]),
    shared: new Set(),
    closed: new Set(),
    archived: new Set(),
    down: undefined,
    installation: () => answer({ teamIds: [teamId], enterpriseIds: [] }),
    person: (userId) => answer(directory.people.get(userId)),
    groupMembers: (groupId) => answer(directory.groups.get(groupId)),
    channel: (channelId) =>
      answer({
        externallyShared: directory.shared.has(channelId),
        private: directory.closed.has(channelId),
        archived: directory.archived.has(channelId),
      }),
  };
  return directory;
}

export function member(userId: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson {
  return {
    userId,
    teamId: team,
    deleted: false,
    bot: false,
    restricted: false,
    ultraRestricted: false,
    stranger: false,
    ...more,
  };
}

/** What the test remediation changes: `cells` by name, every change counted. */
export interface World {
  uid: string;
  readonly cells: Map<string, string>;
  readonly effects: { readonly cell: string; readonly value: string }[];
  /** A count that moves by itself, as the keys of a Redis do. */
  counted: number;
  healthy: boolean;
  /** Called inside of an effect, before it happens. */
  before: ((step: PlanStep) => Promise<void>) | undefined;
  /** Called after an effect has happened and before its answer arrives. */
  after: ((step: PlanStep) => Promise<void>) | undefined;
  observable: boolean;
  /** What is seen of it at each look, where that must stay the same. */
  mark: (() => string) | undefined;
  /** Whether its object can be told from what the bot stands on. */
  comparable: boolean;
  /** Set: whoever makes the cells has this value in a file. */
  file: string | undefined;
}

export function createWorld(cells: readonly string[] = ['a']): World {
  return {
    uid: 'uid-1',
    cells: new Map(cells.map((cell) => [cell, 'old'])),
    effects: [],
    counted: 1,
    healthy: true,
    before: undefined,
    after: undefined,
    observable: true,
    comparable: true,
    mark: undefined,
    file: undefined,
  };
}

export interface TestActionOptions {
  readonly id?: string;
  readonly tier?: Tier;
  readonly version?: number;
  readonly undo?: 'none';
  readonly safety?: PlanStep['safety'];
  readonly verifyWithinMs?: number;
  readonly stableForMs?: number;
  /** Its maker puts it back, and the bot can see how it stands. */
  readonly temporary?: true;
}

/** Writes `new` into every cell of the world, one step a cell; observable, with a precondition, and undoable. */
export function testAction(world: World, options: TestActionOptions = {}): Remediation {
  const { id = 'test.write-cells', tier = 2, version = 1, safety = 'idempotent' } = options;
  const step = (cell: string, from: string, to: string): PlanStep => ({
    kind: 'test-write',
    target: cell,
    from: { value: from },
    to: { value: to },
    precondition: { uid: world.uid, value: from },
    safety,
  });
  const Params = z.strictObject({ value: z.string().default('new'), target: z.string().default('world') });
  return {
    id,
    version,
    doc: 'Writes cells.',
    tier,
    params: Params,
    needs: [],
    helpsWith: [],
    paramsFor: () => undefined,
    instruction: 'see-application',
    plan(params): Promise<Plan> {
      const { value, target } = Params.parse(params);
      const [first, ...rest] = [...world.cells].map(([cell, old]) => step(cell, old, value));
      if (first === undefined || first.from['value'] === value)
        return Promise.reject(
          new AppError('CONFLICT', 'nothing to do', { facts: { reason: 'nothing-to-do' } }),
        );
      const undo = [...world.cells].map(([cell, old]) => step(cell, value, old)).toReversed();
      const [firstUndo, ...restUndo] = undo;
      return Promise.resolve({
        schemaVersion: planSchema,
        actionId: id,
        actionVersion: version,
        environment: 'prod',
        part: 'redis',
        target,
        identity: { uid: `${world.uid}/${target}` },
        params: { value, target },
        tier,
        steps: [first, ...rest],
        ...(options.undo === 'none' || firstUndo === undefined
          ? {}
          : { undo: [firstUndo, ...restUndo] as const }),
        verifyWith: [{ probe: 'test.healthy' }],
        undoVerifyWith: [{ probe: 'test.always' }],
        ...(options.temporary === undefined
          ? {}
          : {
              notes: [{ key: 'puts-back.argocd', facts: { name: 'shop' } }],
              patch: ['# kustomization.yaml'],
            }),
        verifyWithinMs: options.verifyWithinMs ?? 2_000,
        stableForMs: options.stableForMs ?? 0,
        blast: { key: 'test', facts: { counted: world.counted } },
        stepTimeoutMs: 2_000,
        objects: world.cells.size,
      });
    },
    object: () => Promise.resolve({ claims: [], comparable: world.comparable }),
    mark: () => Promise.resolve(world.mark?.() ?? ''),
    ...(options.temporary === undefined
      ? {}
      : {
          standing({ steps }) {
            if (!world.observable) return Promise.reject(new TargetError('no-answer', 'the world is away'));
            const ours = steps.every(({ target, to }) => world.cells.get(target) === to['value']);
            if (!ours)
              return Promise.resolve({ is: 'gone', by: { field: 'value', by: 'argocd-controller' } });
            return Promise.resolve({ is: world.file === steps[0].to['value'] ? 'kept' : 'ours' });
          },
        }),
    async applyStep(planned) {
      await world.before?.(planned);
      const now = world.cells.get(planned.target);
      const expected = planned.precondition;
      if (world.uid !== expected['uid'] || now !== expected['value'])
        throw new AppError('CONFLICT', 'stale', { facts: { reason: 'stale', observed: now ?? null } });
      const value = String(planned.to['value']);
      world.cells.set(planned.target, value);
      world.effects.push({ cell: planned.target, value });
      await world.after?.(planned);
      return { value };
    },
    observeStep(planned) {
      if (!world.observable || world.uid !== planned.precondition['uid']) return Promise.resolve('unknown');
      return Promise.resolve(world.cells.get(planned.target) === planned.to['value'] ? 'done' : 'not-done');
    },
  };
}

const rendered = (value: object): Rendered => ({ text: JSON.stringify(value) });

/** Says what happened in one line each, so that tests read the outbox. */
export const plainRenderer: Renderer = {
  health: () => rendered({ kind: 'health' }),
  finding: () => rendered({ kind: 'finding' }),
  runFailed: () => rendered({ kind: 'run-failed' }),
  offerRefused: ({ remediation, reason }) => rendered({ refused: remediation, reason }),
  otherFixes: ({ choices }) => rendered({ others: choices.map(({ remediation }) => remediation) }),
  remediation: ({ remediation, buttons, approvals, elsewhere, off }, language) =>
    rendered({
      card: remediation.handle,
      state: remediation.state,
      plan: remediation.planHash,
      buttons: Object.keys(buttons),
      approvals: approvals.length,
      ...(off === undefined ? {} : { off: off.reason }),
      ...(elsewhere === undefined ? {} : { elsewhere, language }),
    }),
  page: (event, row) => `${event} ${row.handle}`,
  remediationEvent: ({ remediation, kind, by, facts, buttons }) =>
    rendered({
      ...{ event: kind, handle: remediation.handle, by: by?.userId ?? null, facts },
      ...(buttons === undefined ? {} : { buttons }),
    }),
  digest: () => rendered({ kind: 'digest' }),
};

function testProbes(world: World): ProbeRunner {
  const outcome = (probe: string, status: 'healthy' | 'unhealthy'): ProbeOutcome => ({
    key: probe,
    probe,
    part: 'redis',
    status,
    findings:
      status === 'healthy'
        ? []
        : [
            {
              code: 'TEST_BAD' as FindingCode,
              severity: 'critical',
              part: 'redis',
              subject: 'world',
              facts: {},
            },
          ],
    facts: {},
    startedAt: new Date(0).toISOString(),
    durationMs: 0,
  });
  return {
    run: (calls) =>
      Promise.resolve(
        calls.map(({ probe }) =>
          outcome(probe, probe === 'test.always' || world.healthy ? 'healthy' : 'unhealthy'),
        ),
      ),
  };
}

export interface HarnessOptions {
  readonly world?: World;
  readonly action?: TestActionOptions;
  readonly policy?: unknown;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly leaseMs?: number;
  readonly self?: () => Promise<ReadonlySet<string>>;
  readonly targets?: Targets;
  /** Without a surface nothing is posted. */
  readonly surface?: 'none';
  /** The card of this state throws. */
  readonly brokenCard?: string;
  readonly nextCron?: NextCron;
  readonly record?: RecordGuard;
  /** What a health check would ask. */
  readonly healthCalls?: readonly ProbeCall[];
  /** Whose signatures count. */
  readonly trust?: Trust;
  /** What the worker proposes and executes with; default the same as that of the bot. */
  readonly workerStore?: Store;
  /** Instead of the test action on the world. */
  readonly real?: {
    readonly remediation: Remediation;
    readonly targets: TargetsFactory;
    readonly probes: ProbeRunner;
  };
}

/** Where a fix was looked for, and by whom. */
interface Asked {
  readonly channel?: string;
  readonly by?: string;
}

export function createHarness(store: Store, options: HarnessOptions = {}) {
  const world = options.world ?? createWorld();
  const action = options.real?.remediation ?? testAction(world, options.action);
  const directory = memoryDirectory();
  const remediations = [action];
  const policy: Policy = createPolicy(policyConfig(options.policy), remediations);
  const renderer: Renderer = {
    ...plainRenderer,
    remediation(view, language) {
      if (view.remediation.state === options.brokenCard) throw new Error('cannot be rendered');
      return plainRenderer.remediation(view, language);
    },
  };
  const messages = createRemediationMessages({ renderer, policy, ids: systemIds });
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? silentLogger;
  const self = options.self ?? (() => Promise.resolve(new Set<string>()));
  const targets: Targets = options.targets ?? { environment: 'prod', platform: asInGuide };
  const factory: TargetsFactory = options.real?.targets ?? {
    forRun: () => Promise.resolve(targets),
    close: () => Promise.resolve(),
  };
  const common = {
    store,
    policy,
    directory,
    messages,
    ids: systemIds,
    logger,
    nextCron: options.nextCron ?? (() => null),
    record: options.record ?? unanchored,
    trust: options.trust,
  };
  const workerStore = options.workerStore ?? store;
  const service = createRemediationService({ ...common, actions: remediations });
  const proposing = createProposeService({ ...common, remediations, self, clock });
  const asking = createAskAgain({
    ...{ store: workerStore, remediations, diagnoses, emitters, unreachable },
    ...{ probes: options.real?.probes ?? testProbes(world), healthCalls: () => options.healthCalls ?? [] },
    givesWork: new Set(),
  });
  let request = 0;

  const input = (id: string, userId: string, more: Partial<DecisionInput> = {}): DecisionInput => ({
    id,
    by: person(userId),
    requestId: `req-${(request += 1)}`,
    payloadDigest: 'd1',
    ...more,
  });

  const executor = (workerId = 'worker-1', more: Partial<ExecutorDeps> = {}) =>
    createExecutor({
      ...common,
      store: workerStore,
      targets: factory,
      remediations,
      probes: options.real?.probes ?? testProbes(world),
      askAgain: asking.again,
      self,
      clock,
      workerId,
      imageVersion: 'test',
      monotonic: () => performance.now(),
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...more,
    });

  /** The run in whose thread everything is posted. */
  async function surfacedRun({ channel = 'C0INC', by }: Asked): Promise<Run> {
    const id = systemIds.uuid();
    return store.tx(async (tx) => {
      await tx.runs.insert({
        ...{ id, kind: 'propose', environment: 'prod', params: {}, source: 'slash' },
        surface: { teamId: team, channel, language: channel === 'C0ZH' ? 'zh-CN' : 'en' },
        ...(by === undefined ? {} : { requestedBy: person(by) }),
      });
      const run = await tx.runs.get(id);
      if (run === undefined) throw new Error('no run');
      return run;
    });
  }

  async function propose(params: RemedyCall['with'] = {}, asked: Asked = {}): Promise<Proposal> {
    const plan = await proposing.plan({
      call: { remediation: action.id, with: params },
      environment: 'prod',
      targets: await factory.forRun('prod'),
      signal: new AbortController().signal,
      ...(options.surface === 'none' ? {} : { run: await surfacedRun(asked) }),
    });
    return workerStore.tx((tx) => plan.save(tx));
  }

  async function offered(params: RemedyCall['with'] = {}, asked: Asked = {}): Promise<RemediationRow> {
    const proposal = await propose(params, asked);
    if (proposal.kind === 'refused') throw new Error(`not offered: ${proposal.reason}`);
    return proposal.offer;
  }

  /** A remediation that UREQ has asked for. */
  async function requested(params: RemedyCall['with'] = {}): Promise<RemediationRow> {
    const { id } = await offered(params);
    return (await service.request(input(id, 'UREQ', { reason: 'because' }))).remediation;
  }

  /** … and ULEAD has approved; the snapshot is fresh. */
  async function approved(params: RemedyCall['with'] = {}): Promise<RemediationRow> {
    const { id } = await requested(params);
    await refreshDirectory({ store, policy, directory });
    return (await service.approve(input(id, 'ULEAD'))).remediation;
  }

  const keeper = (more: Partial<TemporaryDeps> = {}) => {
    const deps = { ...common, store: workerStore, targets: factory, remediations, clock };
    const { round } = createTemporaryKeeper({ ...deps, environments: ['prod'], ...more });
    return () => round(new AbortController().signal);
  };

  const hourAfter = (more: Partial<HourAfterDeps> = {}) => {
    const deps = { ...common, store: workerStore, targets: factory, remediations, clock };
    const looking = { probes: options.real?.probes ?? testProbes(world), askAgain: asking.again };
    const { round } = createHourAfter({ ...deps, ...looking, environments: ['prod'], ...more });
    return (signal = new AbortController().signal) => round(signal);
  };

  const execute = (id: string, workerId?: string, more?: Partial<ExecutorDeps>) =>
    executor(workerId, more).execute({ remediationId: id, attempt: 1, signal: new AbortController().signal });

  return {
    ...{ world, action, directory, policy, messages, service, proposing, input, executor },
    ...{ propose, offered, requested, approved, execute, keeper, hourAfter, common },
    sweeper: createRemediationSweeper(common),
    audit: createAuditService({
      store,
      keys: new Map([[auditKey.id, auditKey.secret]]),
      trust: options.trust,
    }),
    refresh: () => refreshDirectory({ store, policy, directory }),
    row: async (id: string): Promise<RemediationRow> => {
      const row = await store.tx((tx) => tx.remediations.get(id));
      if (row === undefined) throw new Error(`no remediation ${id}`);
      return row;
    },
  };
}
export type Harness = ReturnType<typeof createHarness>;
