import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { addressOf } from '../../domain/platform/platform.ts';
import { mayDecide, partFactOf } from '../../domain/platform/source.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';

const unknownName = /bad address|could not resolve|name or service not known|no such host|unable to resolve/i;
/** Words of a status line; bare figures are also in ports, addresses and the ids of a container engine. */
const answered = /server returned error|(?:HTTP\/\d(?:\.\d)?|error|status)[ :]+[1-5]\d\d\b/i;
/** GNU wget says with this code alone that the server answered with an error. */
const GNU_SERVER_ERROR = 8;
const refusal = /connection refused/i;
/** Rules for a Service that has changed moments ago are not on every node yet. */
const SECOND_TRY_MS = 1_500;
const engineRefusal = /executable file|OCI runtime/i;
const noTool = /no such file|not found/i;

type Deps = With<'runtime'> & Pick<Targets, 'services'>;

export const runtimeConnection = defineProbe({
  id: 'runtime.connection',
  doc: `Does a request from one service's container reach another service?

Runs \`wget\` in the container of the first against the health path of the second, by its name.
Any HTTP answer proves a connection; a refusal is tried twice.
On Kubernetes a refusal and silence differ: a NetworkPolicy drops, it does not refuse.
A container without \`wget\` makes the answer inconclusive, unless \`debugImage\` is set.
Then the request comes from a debug container in the same Pod, and the facts say \`via\`.
A service without a known address and without a container has no way to look at.`,
  params: z.strictObject({
    from: z.enum(serviceIds).describe('The service that connects.'),
    to: z.enum(serviceIds).describe('The service that should answer.'),
  }),
  part: ({ from }) => from,
  needs: ['runtime'],
  timeoutMs: 22_000,
  emits: ['CONNECTION_FAILS', 'CONNECTION_REFUSED', 'CONNECTION_NAME_UNKNOWN'],
  async run({ from, to }, { deps, signal, wait }: ProbeContext<Deps>) {
    const instance = (await deps.runtime.instances(from, { signal }))
      .filter((one) => one.phase === 'running')
      .at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const url = `${addressOf(deps.platform, to, deps.runtime.kind)}${deps.platform.paths.live}`;
    const command = ['wget', '-q', '-O', '-', '-T', '4', url];
    const attempt = async () => {
      const answer = await deps.runtime.exec(instance, command, {
        signal,
        timeoutMs: 9_000,
        network: 'again-if-refused',
      });
      return { ...answer, text: `${answer.stderr}\n${answer.stdout}`.trim() };
    };
    let answer = await attempt();
    if (answer.code !== 0 && answer.repeated !== true && refusal.test(answer.text)) {
      await wait(SECOND_TRY_MS);
      answer = await attempt();
    }
    const { text, via } = answer;
    const facts = { from, to, url, container: instance.name, ...present({ via }) };
    const noWget = new AppError('NOT_FOUND', 'the container has no tool to make a request with', { facts });
    if (answer.code === 126 || answer.code === 127 || engineRefusal.test(text)) throw noWget;
    if (answer.code === 0 || answer.code === GNU_SERVER_ERROR || answered.test(text))
      return { status: 'healthy', facts };
    if (noTool.test(text) && !unknownName.test(text)) throw noWget;
    if (deps.withoutHttp?.some((id) => id === to) === true)
      return { status: 'skipped', reason: 'not-applicable' };
    // Of a service without an address nobody says that it listens, and its port is only the guide's.
    const port = partFactOf(deps.platform, to, 'port');
    if (deps.services?.find(to) === undefined && (port === undefined || !mayDecide(port))) {
      // Nor does it run anywhere: there is no way that could be broken.
      if ((await deps.runtime.instances(to, { signal })).length === 0)
        return { status: 'skipped', reason: 'not-applicable' };
      throw new AppError('NOT_FOUND', 'nothing shows that the other service listens', {
        facts: { reason: 'listener-unknown', ...facts },
      });
    }
    // A signal ended it: with its container, or because this wget is broken. Neither says anything of the way.
    if (answer.code > 128) throw new TargetError('closed', 'the request was killed', { facts });
    const refused = deps.runtime.kind === 'kubernetes' && refusal.test(text);
    const failure = refused ? 'CONNECTION_REFUSED' : 'CONNECTION_FAILS';
    const code = unknownName.test(text) ? 'CONNECTION_NAME_UNKNOWN' : failure;
    return {
      status: 'unhealthy',
      findings: [
        {
          code,
          severity: 'critical',
          part: from,
          subject: `${from}→${to}`,
          facts: { ...facts, error: shortened(text.split('\n')[0] ?? '', 160) },
        },
      ],
    };
  },
});
