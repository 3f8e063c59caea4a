import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { NatsTarget } from '../../domain/probe/targets/nats.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';

const hours = 24;
/** JetStream counts in nanoseconds. */
const maxAge = hours * 3_600 * 1_000_000_000;

export const createStream = defineRemediation({
  id: 'nats.create-stream',
  version: 1,
  doc: `Creates the guide's JetStream stream, which keeps the events for 24 hours (D4.b).
It is limited by age, kept in a file, with one copy.
Refused where another stream has the name or a part of the subject, and in a cluster, where people choose the number of copies.
Undo deletes the stream only while it is as it was made: no message and no consumer.`,
  tier: 2,
  params: z.strictObject({}),
  needs: ['nats'],
  helpsWith: [],
  helpsCause: ['NATS_NO_STREAM'],
  paramsFor: () => ({}),
  instruction: 'create-stream',

  async plan(_params, { deps, signal }: Context) {
    const { nats, platform } = deps;
    const wanted = wantedOf(platform);
    const server = await nats.connect({ signal });
    if (!server.jetstream) throw refused('jetstream-disabled');
    if (await isClustered(nats, signal)) throw refused('nats-cluster');
    const { streams } = await api(nats, 'STREAM.LIST', {}, signal, Listing);
    const other = (streams ?? []).find(({ config }) => config.name === wanted.name);
    if (other !== undefined && isOurs(other.config, wanted))
      throw refused('nothing-to-do', { stream: wanted.name });
    const near =
      other ??
      (streams ?? []).find(({ config }) =>
        (config.subjects ?? []).some((one) => overlap(one, wanted.subject)),
      );
    if (near !== undefined)
      throw refused('stream-in-the-way', { stream: near.config.name, subject: wanted.subject });
    const id = server.serverId;
    const step = (kind: string, from: Facts, to: Facts, precondition: Facts): PlanStep => ({
      ...{ kind, target: wanted.name, from, to, safety: 'idempotent' },
      precondition: { nats_server_id: id, ...precondition },
    });
    const there = { stream: 'there', subjects: wanted.subject, hours, retention: 'limits' };
    return {
      schemaVersion: planSchema,
      actionId: 'nats.create-stream',
      actionVersion: 1,
      environment: deps.environment,
      part: 'nats',
      target: `nats/${id}/${wanted.name}`,
      identity: { nats_server_id: id },
      params: {},
      tier: 2,
      steps: [step('nats-create-stream', { stream: 'absent' }, there, { stream: 'absent' })],
      undo: [
        step(
          'nats-delete-stream',
          { stream: 'there' },
          { stream: 'absent' },
          { stream: 'there', messages: 0, consumers: 0 },
        ),
      ],
      verifyWith: [{ probe: 'nats.server' }, { probe: 'nats.streams' }],
      undoVerifyWith: [{ probe: 'nats.server' }],
      verifyWithinMs: 30_000,
      stableForMs: 1_000,
      blast: { key: 'nats-create-stream', facts: { stream: wanted.name, subject: wanted.subject, hours } },
      undoBlast: { key: 'nats-delete-stream', facts: { stream: wanted.name } },
      stepTimeoutMs: 5_000,
      objects: 1,
    };
  },

  /** What answers NATS's protocol is neither PostgreSQL nor Redis, on which the bot stands. */
  async object(_plan, { deps, signal }: Context) {
    const { serverId } = await deps.nats.connect({ signal });
    return { claims: [`nats_server_id=${serverId}`], comparable: serverId !== '' };
  },

  async applyStep(step, _plan, { deps: { nats, platform }, signal }: Context): Promise<Facts> {
    const wanted = wantedOf(platform);
    const now = await look(nats, wanted, signal);
    if (now.nats_server_id === step.precondition.nats_server_id && now.stream === step.to.stream)
      return { stream: wanted.name, already: true };
    mustHold(step.precondition, now);
    signal.throwIfAborted();
    if (step.to.stream === 'absent')
      await api(nats, `STREAM.DELETE.${wanted.name}`, {}, signal, z.object({}));
    else await api(nats, `STREAM.CREATE.${wanted.name}`, configOf(wanted), signal, z.object({}));
    return { stream: wanted.name };
  },

  async observeStep(step, _plan, { deps: { nats, platform }, signal }: Context) {
    const now = await look(nats, wantedOf(platform), signal);
    if (now.nats_server_id !== step.precondition.nats_server_id || now.stream === 'other') return 'unknown';
    return now.stream === step.to.stream ? 'done' : 'not-done';
  },

  /** By the subject, not by the name: JetStream says which streams keep what is sent to it. */
  async settled({ steps: [{ to }] }, { deps: { nats, platform }, signal }: Context) {
    const { name, subject } = wantedOf(platform);
    const { streams } = await api(nats, 'STREAM.NAMES', { subject }, signal, Names);
    return (streams ?? []).includes(name) === (to.stream === 'there');
  },
});

type Context = { readonly deps: With<'nats'>; readonly signal: AbortSignal };

interface Wanted {
  readonly name: string;
  readonly subject: string;
}

const wantedOf = ({ streams, subjects }: Platform): Wanted => ({
  name: streams.events,
  subject: subjects.events,
});

/** JetStream API, `STREAM.CREATE`. */
const configOf = ({ name, subject }: Wanted) => ({
  name,
  subjects: [subject],
  retention: 'limits',
  max_age: maxAge,
  storage: 'file',
  num_replicas: 1,
  discard: 'old',
});

const Config = z.object({
  name: z.string(),
  subjects: z.array(z.string()).nullish(),
  retention: z.string().optional(),
  max_age: z.number().optional(),
  storage: z.string().optional(),
  num_replicas: z.number().optional(),
});
const Listing = z.object({ streams: z.array(z.object({ config: Config })).nullish() });
const Names = z.object({ streams: z.array(z.string()).nullish() });
const Info = z.object({
  config: Config,
  state: z.object({ messages: z.number().default(0), consumer_count: z.number().default(0) }),
});
const Failure = z.object({ error: z.object({ code: z.number(), err_code: z.number().optional() }) });

function isOurs(config: z.output<typeof Config>, wanted: Wanted): boolean {
  const { subjects, ...rest } = configOf(wanted);
  return (
    JSON.stringify(config.subjects ?? []) === JSON.stringify(subjects) &&
    (['name', 'retention', 'max_age', 'storage', 'num_replicas'] as const).every(
      (key) => config[key] === rest[key],
    )
  );
}

/** An answer of JetStream's API; TargetError `protocol` with its code where it is an error. */
async function api<T extends z.ZodType>(
  nats: NatsTarget,
  what: string,
  body: object,
  signal: AbortSignal,
  shape: T,
): Promise<z.output<T>> {
  const reply = await nats.jetstream<unknown>(what, body, { signal });
  const failed = Failure.safeParse(reply);
  if (failed.success)
    throw new TargetError('protocol', 'JetStream answers with an error', {
      facts: { code: failed.data.error.code, errCode: failed.data.error.err_code ?? null },
    });
  return shape.parse(reply);
}

async function look(nats: NatsTarget, wanted: Wanted, signal: AbortSignal) {
  const info = await api(nats, `STREAM.INFO.${wanted.name}`, {}, signal, Info).catch((error: unknown) => {
    if (error instanceof TargetError && error.facts.code === 404) return undefined;
    throw error;
  });
  // Which server it is comes last, so that nothing stands between that and a change.
  const { serverId } = await nats.connect({ signal });
  return {
    nats_server_id: serverId,
    stream: info === undefined ? 'absent' : isOurs(info.config, wanted) ? 'there' : 'other',
    messages: info?.state.messages ?? 0,
    consumers: info?.state.consumer_count ?? 0,
  };
}

/** Whether the server has routes to others. Without its monitor that cannot be seen, and one copy is right anywhere. */
async function isClustered(nats: NatsTarget, signal: AbortSignal): Promise<boolean> {
  if (!nats.hasMonitor) return false;
  const { routes = 0 } = await nats.monitor<{ readonly routes?: number }>('/varz', { signal });
  return routes > 0;
}

/** Whether a message may fall under both subjects: `*` is one word, `>` all that follow. */
function overlap(a: string, b: string): boolean {
  const [one, other] = [a.split('.'), b.split('.')];
  for (let at = 0; ; at += 1) {
    const [x, y] = [one[at], other[at]];
    if (x === '>' || y === '>') return x !== undefined && y !== undefined;
    if (x === undefined || y === undefined) return x === y;
    if (x !== y && x !== '*' && y !== '*') return false;
  }
}
