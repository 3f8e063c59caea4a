import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { remediationFiles } from '../../scripts/docs/remediation-files.ts';
import { identityClaims, planDrift, planFault } from '../../src/domain/fix/execution.ts';
import { type Plan, type PlanStep, planHash, type Remediation } from '../../src/domain/fix/remediation.ts';
import { AppError } from '../../src/domain/kernel/errors.ts';
import { type Targets, targetNames } from '../../src/domain/probe/targets/targets.ts';
import { probes } from '../../src/probes/index.ts';
import { ownClaims } from '../../src/services/fix/self-identity.ts';
import { hostile } from '../support/hostile-text.ts';
import { type Fixture, fixtures, type RemediationName, registered } from '../support/remediation-fixtures.ts';

const root = join(import.meta.dirname, '../../src/remediations');
const files = remediationFiles();

const contextOf = (targets: Targets, signal = new AbortController().signal) => ({
  deps: targets,
  signal,
  now: () => new Date(0),
  operation: { id: '6f1d', age: () => Promise.resolve(0) },
});

/** Hostile as texts, and as what a shell, a statement, a path, a selector or a pattern would take for more than text. */
const hostileNames = [
  ...hostile,
  ...[
    ["'; DROP TABLE agents; --", 'a statement'],
    ['$(reboot) `reboot` | reboot', 'a command'],
    ['../../secrets/agent-auth-token', 'a path'],
    ['x?dryRun=All&force=true#', 'a question'],
    ['a,b=c,!d in (e)', 'a selector'],
    ['*', 'a pattern'],
    ['a\r\nFLUSHALL\r\n', 'a second line'],
    ['__proto__', 'a prototype'],
    ['', 'nothing'],
  ].map(([text = '', name = '']) => ({ name, text })),
];
type Path = readonly string[];

const limits = { leaseMs: 60_000, maxObjects: 100 };
const expectedOf = ({ id, version, tier }: Remediation) => ({ id, version, tier, environment: 'prod' });

/** Where texts stand in a value. */
function textsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

function withText(value: unknown, path: Path, text: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = withText(copy[key], rest, text);
  return copy;
}

async function planned(remediation: Remediation): Promise<{ fixture: Fixture; plan: Plan; step: PlanStep }> {
  const fixture = fixtures[remediation.id as RemediationName]();
  const params = remediation.params.parse(fixture.params);
  const plan = await remediation.plan(params, contextOf(fixture.targets));
  return { fixture, plan, step: plan.steps[0] };
}

describe('the registry of remediations', () => {
  it('lists every file, and its ids are their paths without the rooms', () => {
    expect(registered.map(({ id }) => id).toSorted()).toEqual(Object.keys(files).toSorted());
  });
});

describe.each(registered.map((remediation) => [remediation.id, remediation] as const))(
  '%s',
  (_id, remediation) => {
    it('says what it does, in sentences', () => {
      expect(
        remediation.doc
          .trim()
          .split('\n')
          .every((line) => line.endsWith('.')),
      ).toBe(true);
      expect(remediation.needs.every((need) => targetNames.includes(need))).toBe(true);
    });

    it('R-X15: says what it writes to Kubernetes, which the admission policy is made of, and to nothing else', () => {
      expect(remediation.changes !== undefined).toBe(remediation.needs.includes('kubernetes'));
    });

    it('describes every parameter and refuses unknown ones', () => {
      const schema = z.toJSONSchema(remediation.params, { io: 'input' }) as {
        properties?: Record<string, { description?: string }>;
        additionalProperties?: unknown;
      };

      for (const [name, field] of Object.entries(schema.properties ?? {}))
        expect(field.description, name).toBeTruthy();
      expect(schema.additionalProperties).toBe(false);
      expect(remediation.params.safeParse({ sql: 'DROP TABLE agents' }).success).toBe(false);
    });

    it('R-P1: plans without changing anything, the same plan each time', async () => {
      const { fixture, plan } = await planned(remediation);
      const again = await remediation.plan(remediation.params.parse(plan.params), contextOf(fixture.targets));

      expect(fixture.changes()).toBe(0);
      expect(planHash(again)).toBe(planHash(plan));
      expect(planDrift(plan, again)).toBeUndefined();
      expect(planFault(plan, expectedOf(remediation), limits)).toBeUndefined();
    });

    it('R-L7: plans what the redactor takes for no secret, so that it can be stored', async () => {
      const { plan } = await planned(remediation);

      expect(createRedactor().holdsSecret(plan)).toBe(false);
    });

    it('R-X17: can look at its change long after it, where its plan may say that it will not last', async () => {
      const source = readFileSync(join(root, files[remediation.id] ?? ''), 'utf8');
      const mayBePutBack =
        /\blasting(?:Of)?\(|\b(?:config|file)Plan\(|\bisPutBack\(|\bmadeFrom\(|'lost-/.test(source);
      expect(remediation.standing !== undefined).toBe(mayBePutBack);
      if (remediation.standing === undefined) return;
      const { fixture, plan } = await planned(remediation);
      const look = () => remediation.standing?.(plan, contextOf(fixture.targets));

      expect(await look()).toMatchObject({ is: 'gone' });
      for (const step of plan.steps) await remediation.applyStep(step, plan, contextOf(fixture.targets));
      const changes = fixture.changes();
      expect(await look()).toEqual({ is: 'ours' });
      fixture.meddle();
      expect(await look()).toMatchObject({ is: 'gone' });
      expect(fixture.changes()).toBe(changes);
    });

    it('takes no text for more than a name: a hostile one is refused, not found, or a name all the same', async () => {
      const bare = fixtures[remediation.id as RemediationName]().params;
      const paths = textsOf(remediation.params.parse(bare));
      for (const { name, text } of hostileNames)
        for (const path of paths) {
          const fixture = fixtures[remediation.id as RemediationName]();
          const given = remediation.params.safeParse(withText(remediation.params.parse(bare), path, text));
          const outcome = given.success
            ? await remediation.plan(given.data, contextOf(fixture.targets)).catch((error: unknown) => error)
            : undefined;

          expect(
            outcome instanceof Error && !(outcome instanceof AppError),
            `${name} as ${path.join('.')}`,
          ).toBe(false);
          if (outcome !== undefined && !(outcome instanceof Error))
            expect(planFault(outcome as Plan, expectedOf(remediation), limits)).toBeUndefined();
          expect(fixture.changes()).toBe(0);
        }
    });

    it('makes parameters that its schema judges of whatever a finding says', () => {
      const parts = ['agent-manager', 'collect-agent', 'postgres', 'redis', 'runtime'] as const;
      for (const code of [...remediation.helpsWith, ...(remediation.helpsCause ?? [])])
        for (const { text } of hostileNames)
          for (const part of parts)
            for (const value of [text, Number.NaN, -1, null, undefined]) {
              const facts = new Proxy({}, { get: () => value, has: () => true });
              const params = remediation.paramsFor({ code, part, subject: text, severity: 'warning', facts });
              if (params !== undefined) remediation.params.safeParse(params);
            }
    });

    it('R-X12: verifies with probes that exist and take these parameters', async () => {
      const { plan } = await planned(remediation);

      for (const call of [...plan.verifyWith, ...(plan.undoVerifyWith ?? [])]) {
        const probe = probes.find((candidate) => candidate.id === call.probe);
        expect(probe, call.probe).toBeDefined();
        expect(probe?.params.safeParse(call.with ?? {}).success, call.probe).toBe(true);
      }
    });

    it('R-X12: watches the object itself, and notices another hand after its steps', async () => {
      const { fixture, plan } = await planned(remediation);
      const context = contextOf(fixture.targets);
      for (const step of plan.steps) await remediation.applyStep(step, plan, context);
      const look = async () => [
        ...(await Promise.all(plan.steps.map((step) => remediation.observeStep(step, plan, context)))),
        await remediation.settled?.(plan, context),
        await remediation.mark?.(plan, context),
      ];
      const before = await look();

      fixture.meddle();

      expect(before.slice(0, plan.steps.length)).toEqual(plan.steps.map(() => 'done'));
      expect(before[plan.steps.length]).toBe(true);
      expect(await look()).not.toEqual(before);
    });

    it('R-X14: resolves the very object, and names it by what the bot knows of its own stores', async () => {
      const { fixture, plan } = await planned(remediation);
      const { claims, comparable } = await remediation.object(plan, contextOf(fixture.targets));

      expect(comparable).toBe(true);
      expect(claims.filter((claim) => !/^[a-z_]+=./.test(claim))).toEqual([]);
      // Whatever stands in its plan is what is found when it is looked at again.
      expect(identityClaims(plan.identity).length).toBeGreaterThan(0);
      expect(claims).toEqual(expect.arrayContaining([...identityClaims(plan.identity)]));
      // Without one of these the bot's own PostgreSQL or Redis could stand behind it unseen.
      // What answers NATS's protocol is neither.
      expect(claims.join(' ')).toMatch(/(^| )(system_identifier|run_id|address|nats_server_id)=/);
      expect(fixture.changes()).toBe(0);
    });

    it('R-X14: is refused for each single thing of its object that is ours, and offered where none is', async () => {
      const { fixture, plan } = await planned(remediation);
      const { claims } = await remediation.object(plan, contextOf(fixture.targets));
      const ownOf = (own: readonly string[]) =>
        ownClaims(plan, remediation, contextOf(fixture.targets), () => Promise.resolve(new Set(own)));

      for (const claim of claims) expect(await ownOf([claim, 'uid=somebody']), claim).toEqual([claim]);
      expect(await ownOf(['uid=somebody', 'address=192.0.2.1', 'run_id=x'])).toEqual([]);
    });

    it('R-X14: is not offered where its object cannot be told from ours', async () => {
      const { fixture, plan } = await planned(remediation);
      const blind = { object: () => Promise.resolve({ claims: ['uid=x'], comparable: false }) };

      await expect(
        ownClaims(plan, blind, contextOf(fixture.targets), () => Promise.resolve(new Set())),
      ).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason: 'self-target-unknown' } });
    });

    it('observes that a step has not happened, does it once, and observes that it has', async () => {
      const { fixture, plan, step } = await planned(remediation);
      const context = contextOf(fixture.targets);

      expect(await remediation.observeStep(step, plan, context)).toBe('not-done');
      await remediation.applyStep(step, plan, context);
      expect(fixture.changes()).toBe(1);
      expect(await remediation.observeStep(step, plan, context)).toBe('done');
    });

    it('does an idempotent step no second time when nobody learned of the first', async () => {
      const { fixture, plan, step } = await planned(remediation);
      const context = contextOf(fixture.targets);
      await remediation.applyStep(step, plan, context);

      const second = remediation.applyStep(step, plan, context);

      if (step.safety === 'idempotent') await expect(second).resolves.toMatchObject({ already: true });
      else await expect(second).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason: 'stale' } });
      expect(fixture.changes()).toBe(1);
    });

    it('R-P3: does not touch a target that is another one now', async () => {
      const { fixture, plan, step } = await planned(remediation);
      fixture.replace();

      await expect(remediation.applyStep(step, plan, contextOf(fixture.targets))).rejects.toMatchObject({
        code: 'CONFLICT',
        facts: { reason: 'stale' },
      });

      expect(fixture.changes()).toBe(0);
    });

    it('changes nothing once its signal is aborted', async () => {
      const { fixture, plan, step } = await planned(remediation);
      const aborted = AbortSignal.abort(new AppError('TIMED_OUT', 'over'));

      await expect(remediation.applyStep(step, plan, contextOf(fixture.targets, aborted))).rejects.toThrow(
        'over',
      );

      expect(fixture.changes()).toBe(0);
    });

    it('R-X13: takes back exactly what it did, where it says that it can', async () => {
      const { fixture, plan } = await planned(remediation);
      const context = contextOf(fixture.targets);
      for (const step of plan.steps) await remediation.applyStep(step, plan, context);

      for (const step of plan.undo ?? []) {
        expect(await remediation.observeStep(step, plan, context)).toBe('not-done');
        await remediation.applyStep(step, plan, context);
        expect(await remediation.observeStep(step, plan, context)).toBe('done');
      }
      if (plan.undo === undefined) return;
      const again = await remediation.plan(remediation.params.parse(plan.params), context);
      expect(again.steps.map((step) => step.from)).toEqual(plan.steps.map((step) => step.from));
    });

    it('has a test of its own', () => {
      const file = files[remediation.id]?.replace('.remediation.ts', '.test.ts');
      const test = join(import.meta.dirname, '../unit/remediations', file ?? '');

      expect(
        existsSync(test) && readFileSync(test, 'utf8').includes(remediation.id.split('.')[1] ?? ''),
      ).toBe(true);
    });
  },
);
