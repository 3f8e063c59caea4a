import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';

/** Step types of the guide's workflow files. */
const stepTypes = new Set(['diagnostic', 'analysis', 'remediation', 'notification']);

export interface WorkflowFault {
  readonly line: number;
  readonly reason: string;
  /**
   * `syntax`: no engine can load a workflow from it. `structure`: the guide's form asks for something else, and an
   * engine may put up with it. `foreign`: nothing says that it is a workflow at all.
   */
  readonly kind: 'syntax' | 'structure' | 'foreign';
  /** The id that the file gives itself, where it differs from its name. */
  readonly id?: string;
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

/** Errors to this parser that others read over: PyYAML keeps the last of two keys, libyaml does not mind where `}` stands. */
const readOver: ReadonlySet<string> = new Set([
  'BAD_DIRECTIVE',
  'DUPLICATE_KEY',
  'KEY_OVER_1024_CHARS',
  'NON_STRING_KEY',
  'TAG_RESOLVE_FAILED',
]);
/** What comes after a brace that stands too far left is its consequence. */
const isFlow = ({ code, message }: YAMLError) => code === 'BAD_INDENT' && message.startsWith('Flow ');

/** The error that decides, and whether every parser makes it. */
function errorOf({ errors }: Document): { readonly error: YAMLError; readonly fatal: boolean } | undefined {
  const first = errors[0];
  if (first === undefined) return undefined;
  const fatal = isFlow(first) ? undefined : errors.find(({ code }) => !readOver.has(code));
  return { error: fatal ?? first, fatal: fatal !== undefined };
}

/** A text that is no YAML may still be meant as a workflow. */
const workflowKeys = /^(?:id|steps)\s*:/m;

/** The workflow among the documents of a file; the engine ignores the other documents. */
function workflowAmong(documents: readonly Document[]): YAMLMap | undefined {
  return documents
    .map(({ contents }) => contents)
    .find((root): root is YAMLMap => isMap(root) && (root.has('id') || root.has('steps')));
}

/** What is wrong with a file of the workflow folder, with its line; undefined: nothing. */
export function faultOf(name: string, text: string): WorkflowFault | undefined {
  const lines = new LineCounter();
  const line = (offset: number | undefined) => (offset === undefined ? 1 : lines.linePos(offset).line);
  const parsed = parseAllDocuments(text, { lineCounter: lines, strict: true });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const first = documents[0];
  const wrong = first && errorOf(first);
  if (first !== undefined && wrong !== undefined) {
    const { error, fatal } = wrong;
    const known = fatal ? 'syntax' : 'structure';
    return {
      line: line(startOf(first, error)),
      reason: syntaxReason(error, line(error.pos[0])),
      kind: workflowKeys.test(text) ? known : 'foreign',
    };
  }
  const root = workflowAmong(documents);
  if (root === undefined) return { line: 1, reason: 'the file holds no workflow', kind: 'foreign' };
  const fault = structureFault(name, root, line);
  return fault === undefined ? undefined : { ...fault, kind: 'structure' };
}

function structureFault(
  name: string,
  root: YAMLMap,
  line: (offset: number | undefined) => number,
): Omit<WorkflowFault, 'kind'> | undefined {
  const begin = line(root.range?.[0]);
  const id = root.get('id');
  if (id !== idOf(name)) {
    const reason = `id "${String(id)}" differs from the file's name`;
    return { line: begin, reason, ...(typeof id === 'string' ? { id } : {}) };
  }
  const steps = root.get('steps', true);
  if (!isSeq(steps) || steps.items.length === 0) return { line: begin, reason: 'no steps' };
  const seen = new Set<string>();
  for (const [index, step] of steps.items.entries()) {
    if (!isMap(step))
      return {
        line: isScalar(step) ? line(step.range?.[0]) : begin,
        reason: `step ${index + 1} is not a mapping`,
      };
    const reason = stepFault(step, index, seen);
    if (reason !== undefined) return { line: line(step.range?.[0]), reason };
  }
  return undefined;
}

/** The id of the workflow that a file should hold. */
export const idOf = (name: string): string => name.replace(/\.ya?ml$/, '');

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
