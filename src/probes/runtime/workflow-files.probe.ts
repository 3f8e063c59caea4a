import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { factOf, mayDecide } from '../../domain/platform/source.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type Execution, executions, secondsBetween } from '../support/executions.ts';
import { logLines } from '../support/log-lines.ts';
import { faultOf, idOf, type WorkflowFault } from '../support/workflow-file.ts';

/** Between two looks at executions that may be about to start. */
const LOOK_MS = 3_000;

type Context = ProbeContext<With<'runtime'>>;

interface Faulty {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
  readonly fault: WorkflowFault;
}

export const runtimeWorkflowFiles = defineProbe({
  id: 'runtime.workflow-files',
  doc: `Can every workflow definition be used?

Lists the workflow files as orchestrator-service sees them.
Checks each as YAML and as a workflow: id, steps, types, timeouts.
A fault is named with file, line and reason.
A file is broken in three cases: no engine could load it, the service's log names it, or executions submitted later began before its own.
Where its executions only wait, its fault may be why; where it has no waiting execution, the fault is a note.
Files without the keys of a workflow are ignored.
Where only the guide names the folder and it is empty, the answer is open.`,
  params: z.strictObject({
    pendingSeconds: z
      .number()
      .positive()
      .max(12)
      .default(10)
      .describe(
        'Age from which a waiting execution counts as evidence against its workflow file, in seconds.',
      ),
  }),
  part: 'orchestrator-service',
  needs: ['runtime'],
  timeoutMs: 22_000,
  emits: ['WORKFLOW_FILE_BROKEN', 'WORKFLOW_FILE_FAULTY', 'WORKFLOW_FILE_UNUSUAL'],
  async run({ pendingSeconds }, context: Context) {
    const { runtime } = context.deps;
    const { signal } = context;
    const instance = (await runtime.instances('orchestrator-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const where = factOf(context.deps.platform, 'files', 'workflows');
    const folder = where.value;
    const files = (await runtime.texts(instance, folder, { signal })).filter(({ name }) =>
      /\.ya?ml$/.test(name),
    );
    if (files.length === 0 && !mayDecide(where))
      throw new AppError('NOT_FOUND', 'where the workflows lie was not seen', {
        facts: { reason: 'workflow-files-unseen', path: folder },
      });
    const faulty = files.flatMap(({ name, text }): Faulty[] => {
      const fault = faultOf(name, text);
      return fault === undefined ? [] : [{ folder, name, text, fault }];
    });
    const broken = faulty.filter(({ fault }) => fault.kind === 'syntax');
    const findings = broken.map((one) => finding('WORKFLOW_FILE_BROKEN', one, { evidence: 'syntax' }));
    let blind: Error | undefined;
    const others = faulty.filter(({ fault }) => fault.kind !== 'syntax');
    if (others.length > 0) {
      const judged = await judgeOthers(others, instance, pendingSeconds, context);
      findings.push(...judged.findings);
      blind = judged.blind;
    }
    const [first, ...more] = findings;
    const facts = {
      files: files.length,
      broken: findings.filter(({ code }) => code === 'WORKFLOW_FILE_BROKEN').length,
    };
    if (first !== undefined) return { status: 'unhealthy', findings: [first, ...more], facts };
    return blind === undefined
      ? { status: 'healthy', facts }
      : { status: 'inconclusive', cause: blind, facts };
  },
});

/** Files that some engine might load: what the service says of them, and what becomes of their executions, decides. */
async function judgeOthers(
  others: readonly Faulty[],
  instance: Instance,
  pendingSeconds: number,
  context: Context,
): Promise<{ readonly findings: Finding[]; readonly blind?: Error }> {
  const findings: Finding[] = [];
  const named = async (files: readonly Faulty[]) => {
    const complaints = await complaintsOf(instance, context);
    const left: Faulty[] = [];
    for (const one of files)
      if (one.fault.kind === 'structure' && complaints.some((line) => names(line, one.name)))
        findings.push(finding('WORKFLOW_FILE_BROKEN', one, { evidence: 'log' }));
      else left.push(one);
    return left;
  };
  let left = await named(others);
  if (left.length === 0) return { findings };
  const before = await listed(context);
  if (before instanceof Error) {
    // Whether executions wait for it is unknown. A file that is not a workflow has no executions.
    const [first] = left.filter(({ fault }) => fault.kind === 'structure');
    return { findings, ...present({ blind: first === undefined ? undefined : before }) };
  }
  const oldestAges = left
    .map((one) => waitingFor(one, before).map((execution) => age(execution, context)))
    .flatMap((ages) => (ages.length === 0 ? [] : [Math.max(...ages)]));
  let after: readonly Execution[] = [];
  if (oldestAges.length > 0) {
    await context.wait(Math.max(LOOK_MS, (pendingSeconds - Math.min(...oldestAges)) * 1000));
    const again = await listed(context);
    if (again instanceof Error) return { findings, blind: again };
    after = again;
    left = await named(left);
  }
  const known = new Set(before.map(({ id }) => id));
  for (const one of left) {
    const waiting = waitingFor(one, after).filter(({ id }) => known.has(id));
    const oldest = waiting.toSorted((a, b) => created(a) - created(b))[0];
    if (oldest === undefined || age(oldest, context) < pendingSeconds || runsAnyway(one, oldest, after)) {
      if (one.fault.kind === 'structure') findings.push(finding('WORKFLOW_FILE_UNUSUAL', one));
      continue;
    }
    const overtaken = after.some((other) => began(other) && created(other) > created(oldest));
    findings.push(
      finding(overtaken ? 'WORKFLOW_FILE_BROKEN' : 'WORKFLOW_FILE_FAULTY', one, {
        evidence: overtaken ? 'overtaken' : 'waiting',
        waiting: waiting.length,
      }),
    );
  }
  return { findings };
}

async function listed({ deps, signal }: Context): Promise<readonly Execution[] | Error> {
  const unknown = new AppError('NOT_FOUND', 'executions cannot be listed', {
    facts: { reason: 'executions-unknown' },
  });
  if (deps.services === undefined) return unknown;
  try {
    return (await executions(deps.services, '?limit=500', signal)) ?? unknown;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error : unknown;
  }
}

const isOf = ({ name, fault }: Faulty, { workflow_id }: Execution) =>
  workflow_id === idOf(name) || workflow_id === fault.id;
const waitingFor = (one: Faulty, list: readonly Execution[]) =>
  list.filter((execution) => execution.status === 'pending' && isOf(one, execution));
const began = ({ status }: Execution) => status === 'running' || status === 'completed';
const created = ({ created_at }: Execution) => Date.parse(created_at ?? '');
const age = ({ created_at }: Execution, { now }: Context) => secondsBetween(created_at, now()) ?? 0;

/** The service runs this workflow: it has loaded the file, even one that looks wrong. */
function runsAnyway(one: Faulty, oldest: Execution, list: readonly Execution[]): boolean {
  return list.some(
    (other) =>
      isOf(one, other) &&
      (other.status === 'running' || (began(other) && Date.parse(other.started_at ?? '') >= created(oldest))),
  );
}

const complaint = /broken|invalid|malformed|cannot|could not|fail|unable|pars|unmarshal|decod|reject/i;

/** What the process that runs now has complained about; nothing where its log cannot be read. */
async function complaintsOf(instance: Instance, { deps, signal }: Context): Promise<readonly string[]> {
  const text = await deps.runtime.logs(instance, { signal, tail: 2_000 }).catch(() => '');
  signal.throwIfAborted();
  const started = Date.parse(instance.startedAt ?? '');
  return logLines(text)
    .filter(({ time, level, raw }) => {
      const bad = level === undefined ? true : /warn|error|fatal|panic|critical/.test(level);
      // Docker keeps one log over all lives of a container.
      const own =
        time === undefined ? deps.runtime.kind === 'kubernetes' : !(Date.parse(time) < Math.floor(started));
      return bad && own && complaint.test(raw);
    })
    .map(({ raw }) => raw);
}

/** The file by its whole name: `oom.yaml` is not `diagnose-oom.yaml`. */
function names(line: string, file: string): boolean {
  const at = line.indexOf(file);
  return at !== -1 && !/[\w.-]/.test(line[at - 1] ?? '') && !/[\w-]/.test(line[at + file.length] ?? '');
}

function finding(
  code: 'WORKFLOW_FILE_BROKEN' | 'WORKFLOW_FILE_FAULTY' | 'WORKFLOW_FILE_UNUSUAL',
  { folder, name, text, fault }: Faulty,
  facts: Readonly<Record<string, string | number>> = {},
): Finding {
  const excerpt = text.split('\n').slice(Math.max(0, fault.line - 2), fault.line + 1);
  return {
    code,
    severity: code === 'WORKFLOW_FILE_UNUSUAL' ? 'info' : 'warning',
    part: 'orchestrator-service',
    subject: name,
    facts: { file: `${folder}/${name}`, line: fault.line, reason: fault.reason, ...facts },
    excerpts: [{ source: `${name}:${Math.max(1, fault.line - 1)}`, lines: excerpt }],
  };
}
