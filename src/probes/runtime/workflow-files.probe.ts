import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';

const FOLDER = '/etc/aetherius/workflows';
/** Step types of the guide's workflow files. */
const stepTypes = new Set(['diagnostic', 'analysis', 'remediation', 'notification']);

interface Fault {
  readonly line: number;
  readonly reason: string;
}

/** The parser notices an open quote where the text ends; people look for where it begins. */
function startOf(document: Document, error: YAMLError): number {
  let begin = error.pos[0];
  if (error.code !== 'MISSING_CHAR') return begin;
  visit(document, {
    Scalar(_key, node) {
      const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
      const [from, , to] = node.range ?? [0, 0, -1];
      if (quoted && from <= error.pos[0] && error.pos[0] <= to + 1) begin = from;
    },
  });
  return begin;
}

const indentation: ReadonlySet<string> = new Set(['BAD_INDENT', 'BLOCK_AS_IMPLICIT_KEY', 'BLOCK_IN_FLOW']);

function syntaxReason(error: YAMLError, noticedAt: number): string {
  const said = error.message.split(/ at line \d+/)[0] ?? error.code;
  if (indentation.has(error.code)) return `the indentation does not fit the lines around it (${said})`;
  return error.code === 'MISSING_CHAR' ? `${said}, noticed at line ${noticedAt}` : said;
}

/** What is wrong with a workflow file, with its line; undefined: nothing. */
export function faultOf(name: string, text: string): Fault | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true });
  const line = (offset: number | undefined) => (offset === undefined ? 1 : lines.linePos(offset).line);
  const error = document.errors[0];
  if (error !== undefined)
    return { line: line(startOf(document, error)), reason: syntaxReason(error, line(error.pos[0])) };
  const root: unknown = document.contents;
  if (!isMap(root)) return { line: 1, reason: 'the file is not a mapping' };
  const id = root.get('id');
  const expected = name.replace(/\.ya?ml$/, '');
  if (id !== expected) return { line: 1, reason: `id "${String(id)}" differs from the file's name` };
  const steps = root.get('steps', true);
  if (!isSeq(steps) || steps.items.length === 0) return { line: 1, reason: 'no steps' };
  const seen = new Set<string>();
  for (const [index, step] of steps.items.entries()) {
    if (!isMap(step))
      return {
        line: isScalar(step) ? line(step.range?.[0]) : 1,
        reason: `step ${index + 1} is not a mapping`,
      };
    const reason = stepFault(step, index, seen);
    if (reason !== undefined) return { line: line(step.range?.[0]), reason };
  }
  return undefined;
}

function stepFault(step: YAMLMap, index: number, seen: Set<string>): string | undefined {
  const id = step.get('id');
  if (typeof id !== 'string' || id === '' || seen.has(id)) return `step ${index + 1} has no id of its own`;
  seen.add(id);
  const type = step.get('type');
  if (typeof type !== 'string' || !stepTypes.has(type))
    return `step ${id} has an unknown type "${String(type)}"`;
  const timeout = step.getIn(['config', 'timeout']);
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    return `step ${id} has a timeout that is no positive number`;
  if (timeout === undefined) return `step ${id} has no timeout`;
  if (type === 'diagnostic' && typeof step.getIn(['config', 'command']) !== 'string')
    return `step ${id} has no command`;
  return undefined;
}

export const runtimeWorkflowFiles = defineProbe({
  id: 'runtime.workflow-files',
  doc: `Can every workflow definition be used?

Lists the workflow files as orchestrator-service sees them and checks each as YAML and as a workflow: id, steps, types,
timeouts. A fault is named with file, line and reason.`,
  params: z.strictObject({}),
  part: 'orchestrator-service',
  needs: ['runtime'],
  timeoutMs: 10_000,
  emits: ['WORKFLOW_FILE_BROKEN'],
  async run(_params, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const { runtime } = deps;
    const instance = (await runtime.instances('orchestrator-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const files = (await runtime.texts(instance, FOLDER, { signal })).filter(({ name }) =>
      /\.ya?ml$/.test(name),
    );
    const findings: Finding[] = [];
    for (const { name, text } of files) {
      const fault = faultOf(name, text);
      if (fault === undefined) continue;
      const excerpt = text.split('\n').slice(Math.max(0, fault.line - 2), fault.line + 1);
      findings.push({
        code: 'WORKFLOW_FILE_BROKEN',
        severity: 'warning',
        part: 'orchestrator-service',
        subject: name,
        facts: { file: `${FOLDER}/${name}`, line: fault.line, reason: fault.reason },
        excerpts: [{ source: `${name}:${Math.max(1, fault.line - 1)}`, lines: excerpt }],
      });
    }
    const [first, ...more] = findings;
    const facts = { files: files.length, broken: findings.length };
    return first === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', findings: [first, ...more], facts };
  },
});
