import { describe, expect, it } from 'vitest';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setImage } from '../../../../../src/remediations/kubernetes/rollout/set-image.remediation.ts';
import {
  simulatedDeployment,
  simulatedDigest,
  simulatedRevision,
  simulatedWith,
  simulatedWithout,
} from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
type Template = Parameters<typeof simulatedRevision>[1];
const template = (image: string, more: object = {}, spec: object = {}): Template => ({
  metadata: { labels: { app: part } },
  spec: { containers: [{ name: 'main', image, ...more }], ...spec },
});
const hours = (count: number) => new Date(count * 3_600_000);
const env = { env: [{ name: 'TOKEN', value: 'hunter2' }] };

/** The revisions in their order; the Deployment is of the last one. */
function fresh(
  revisions: readonly Template[],
  pods: readonly unknown[],
  { start = {}, at = hours(1) }: { readonly start?: object; readonly at?: Date } = {},
) {
  const shown = [...pods];
  const fixture = simulatedDeployment(
    { ...start, spec: { ...(start as { spec?: object }).spec, template: revisions.at(-1) } } as never,
    { replicasets: revisions.map((one, index) => simulatedRevision(index + 1, one)), pods: shown },
  );
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => at };
  const plan = (more = {}) => setImage.plan({ part, container: 'main', ...more } as never, context);
  return { fixture, context, plan, shown };
}
const typo = 'am:typo';
const more = [template('am:1', env), template(typo)];
const oneOfEach = [simulatedWith(1, 1, 'am:1'), simulatedWithout(2, 2, typo)];

describe('kubernetes.set-image', () => {
  it('takes the image that another Pod runs, and says what going back would change beside it', async () => {
    const { plan, context, fixture } = fresh(more, oneOfEach);
    const made = await plan();

    expect(made).toMatchObject({
      steps: [{ from: { image: typo }, to: { image: 'am:1' } }],
      undo: [{ from: { image: 'am:1' }, to: { image: typo } }],
      blast: { facts: { running: 1 } },
    });
    expect(made.notes).toEqual([
      { key: 'image-runs', facts: { revision: 1, digest: simulatedDigest(1) } },
      { key: 'image-alone', facts: { revision: 1, fields: 'main.env' } },
    ]);
    expect(JSON.stringify(made)).not.toContain('hunter2');
    await setImage.applyStep(made.steps[0], made, context);
    const { template: after } = fixture.object().spec as { template: Template };
    expect(after).toEqual({ ...template(typo), spec: { containers: [{ name: 'main', image: 'am:1' }] } });
  });

  it('takes what runs before what is newer, and what no Pod fails to get before what one does', async () => {
    const three = [template('am:1', env), template('am:2', env), template(typo)];
    const running = fresh(three, oneOfEach);
    const failing = fresh(three, [simulatedWithout(1, 3, typo), simulatedWithout(2, 2, 'am:2')]);

    expect(await running.plan()).toMatchObject({ steps: [{ to: { image: 'am:1' } }] });
    expect(await failing.plan()).toMatchObject({
      steps: [{ to: { image: 'am:1' } }],
      notes: [{ key: 'image-of-revision', facts: { revision: 1 } }, { key: 'image-alone' }],
    });
  });

  it('leaves it to the rollback where that is the very same, and only there', async () => {
    const same = [template('am:1'), template(typo)];

    await expect(fresh(same, oneOfEach).plan()).rejects.toMatchObject({
      facts: { reason: 'rollback-does-it', revision: 1 },
    });
    // An old rollout is not gone back from by itself, but what runs now speaks for its image.
    expect(await fresh(same, oneOfEach, { at: hours(48) }).plan()).toMatchObject({
      steps: [{ to: { image: 'am:1' } }],
      notes: [{ key: 'image-runs' }],
    });
    // The last revision before had another image.
    const older = [template('am:1'), template('am:2', env), template(typo)];
    expect(await fresh(older, oneOfEach).plan()).toMatchObject({ notes: [{ key: 'image-runs' }] });
  });

  it('does the same for an init container, which has ended', async () => {
    const init = (image: string) =>
      template('am:1', {}, { initContainers: [{ name: 'migrate', image }], volumes: [] });
    const pod = (index: number, image: string, status: object) => ({
      metadata: { name: `p-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: `rs-${index}` }] },
      spec: {
        containers: [{ name: 'main', image: 'am:1' }],
        initContainers: [{ name: 'migrate', image }],
      },
      status: { initContainerStatuses: [{ name: 'migrate', ...status }] },
    });
    const { plan, context, fixture } = fresh(
      [init('migrate:1'), template('am:1', env), init('migrate:typo')],
      [
        pod(1, 'migrate:1', { ready: true, imageID: 'sha256:1', state: { terminated: { exitCode: 0 } } }),
        pod(3, 'migrate:typo', { ready: false, state: { waiting: { reason: 'ErrImagePull' } } }),
      ],
    );
    const made = await plan({ container: 'migrate' });
    await setImage.applyStep(made.steps[0], made, context);

    expect((fixture.object().spec as { template: Template }).template).toMatchObject({
      spec: { containers: [{ image: 'am:1' }], initContainers: [{ image: 'migrate:1' }] },
    });
  });

  it.each([
    ['no-container', more, oneOfEach, { container: 'other' }],
    ['image-is-there', more, [...oneOfEach, simulatedWith(3, 2, typo)], {}],
    ['image-not-missed', more, [simulatedWith(1, 1, 'am:1')], {}],
    ['image-not-missed', more, [simulatedWithout(1, 2, typo, 'ContainerCreating')], {}],
    ['no-earlier-image', [template(typo, env), template(typo)], oneOfEach, {}],
    ['image-elsewhere', [template('evil/am:1', env), template(typo)], [simulatedWithout(1, 2, typo)], {}],
  ] as const)('refuses with %s', async (reason, revisions, pods, params) => {
    await expect(fresh(revisions, pods).plan(params)).rejects.toMatchObject({ facts: { reason } });
  });

  it('needs more than a revision of two days ago, where nothing runs its image', async () => {
    const alone = [simulatedWithout(2, 2, typo)];

    await expect(fresh(more, alone, { at: hours(48) }).plan()).rejects.toMatchObject({
      facts: { reason: 'image-long-set', hours: 24 },
    });
    expect(await fresh(more, alone).plan()).toMatchObject({ notes: [{ key: 'image-of-revision' }, {}] });
  });

  it('sets the image of a data store only where the Pods that run stay as they are', async () => {
    const store = (image: string, rest: object = {}): Template => ({
      ...template(image, rest),
      metadata: { labels: { app: 'redis' } },
    });
    const of = (former: Template, pods: readonly unknown[]) =>
      fresh([former, store(typo)], pods, { start: { metadata: { name: 'redis' } } }).plan({ part: 'redis' });
    const alone = oneOfEach.slice(1);

    await expect(of(store('am:1', env), oneOfEach)).rejects.toMatchObject({
      facts: { reason: 'image-of-data' },
    });
    await expect(of(store('am:1'), alone)).rejects.toMatchObject({ facts: { reason: 'image-of-data' } });
    expect(await of(store('am:1'), oneOfEach)).toMatchObject({ steps: [{ to: { image: 'am:1' } }] });
  });

  it('is done when each node says that it runs what was seen before', async () => {
    const { plan, context, shown } = fresh(more, oneOfEach);
    const made = await plan();
    const pods = async (...are: readonly unknown[]) => {
      shown.splice(0, shown.length, ...are);
      return setImage.settled?.(made, context);
    };
    await setImage.applyStep(made.steps[0], made, context);

    const [first, second] = [simulatedWith(1, 1, 'am:1'), simulatedWith(2, 2, 'am:1')];
    expect(await pods(first, simulatedWithout(2, 2, 'am:1'))).toBe(false);
    expect(await pods(first, simulatedWithout(2, 2, typo))).toBe(false);
    // The tag leads elsewhere by now.
    expect(await pods(first, simulatedWith(2, 2, 'am:1', 2))).toBe(false);
    expect(await pods()).toBe(false);
    expect(await pods(first, second)).toBe(true);
  });

  it('R-P3: does nothing once what runs is another image by the same name', async () => {
    const { fixture, plan, context, shown } = fresh(more, oneOfEach);
    const made = await plan();
    shown.splice(0, 1, simulatedWith(1, 1, 'am:1', 2));

    await expect(setImage.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'digest' },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('says who puts it back, with the lines to keep', async () => {
    const { plan } = fresh(more, oneOfEach, {
      start: { metadata: { labels: { 'argocd.argoproj.io/instance': 'shop' } } },
    });
    const made = await plan();

    expect(made.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
    expect(made.patch?.join('\n')).toContain('image: am:1');
  });

  it('is offered for a container of a Deployment of a known part', () => {
    const finding = (subject: string, facts: object) =>
      ({ code: 'POD_IMAGE_UNAVAILABLE', severity: 'critical', part, subject, facts }) as never;
    const facts = { container: 'main' };

    expect(setImage.paramsFor(finding('deployment/am', facts))).toEqual({ part, workload: 'am', ...facts });
    expect(setImage.paramsFor(finding('statefulset/am', facts))).toBeUndefined();
    expect(setImage.paramsFor(finding('deployment/am', {}))).toBeUndefined();
  });
});
