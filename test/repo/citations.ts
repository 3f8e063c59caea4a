/** A piece of text in which a reader is sent to a rule, a symptom or a document. */
export interface Passage {
  readonly path: string;
  /** Line of the file on which the piece begins, from 1. */
  readonly line: number;
  /** `prose`: a string with words in it, such as the title of a test; `string`: any other literal. */
  readonly kind: 'comment' | 'prose' | 'string' | 'document';
  readonly text: string;
}

/** What may be cited. */
export interface Known {
  /** `R-X14`. */
  readonly rules: ReadonlySet<string>;
  /** `X1`, `S1` and `S1.a`. */
  readonly symptoms: ReadonlySet<string>;
  /** Paths from the root of the repository. */
  readonly files: ReadonlySet<string>;
}

/** One rule of `docs/rules`, with what its document says about it. */
export interface Rule {
  readonly id: string;
  readonly text: string;
}

// Regular expressions are matched so that quotes in them begin no string.
const typescript =
  /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)|(?<=(?:^|[(,=:[!&|?{};]|=>|\breturn)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/gm;
const hash = /(?<comment>(?<=^|\s)#[^\n]*)/gm;
const sql = /(?<comment>--[^\n]*)/g;

function grammarOf(path: string): RegExp | undefined {
  if (/\.(?:[cm]?[jt]sx?|go)$/.test(path)) return typescript;
  if (path.endsWith('.sql')) return sql;
  return /\.(?:sh|py|ya?ml)$|^\.ci\/run$/.test(path) ? hash : undefined;
}

/** Comments and strings of a source file, or a Markdown file line by line. */
export function passagesOf(path: string, source: string): readonly Passage[] {
  if (path.endsWith('.md'))
    return source.split('\n').map((text, index) => ({ path, line: index + 1, kind: 'document', text }));
  const grammar = grammarOf(path);
  if (grammar === undefined) return [];
  return [...source.matchAll(grammar)].flatMap((match): readonly Passage[] => {
    const { comment, string } = match.groups ?? {};
    const text = comment ?? string;
    if (text === undefined) return [];
    const line = source.slice(0, match.index).split('\n').length;
    const kind = comment !== undefined ? 'comment' : /[a-z].* |: /s.test(text) ? 'prose' : 'string';
    return [{ path, line, kind, text }];
  });
}

const ruleId = /\bR-[A-Z]+\d+\b/g;
const bareId = /(?<![\w./$@#-])([A-Z])(\d{1,2})(?:\.([a-z]))?(?!\w)/g;
// A page of another project stands behind its address.
const markdown = /(?<!https?:[\w./-]*)[\w./-]+\.md\b/g;
const decision = /\bADR (\d{4})\b/g;

/** Every rule cited in a passage. */
export function rulesIn({ text }: Passage): readonly string[] {
  return [...text.matchAll(ruleId)].map(([id]) => id);
}

/**
 * Files whose subject is a symptom. In comments elsewhere `S1` can only mean the rule of that letter and number, which is
 * written `R-S1`; words such as "the report" say what an `X1` would not.
 */
const aboutSymptoms =
  /diagnos|symptom|catalogue|coverage|campaign|bench|report|^lab\/|probes\/|remediations\/|text\/|^test\/(?:lab|repo)\//;
/** In a title or sentence: `'S5: an old button …'` and `'… is shared (S7)'`, but not `'diagnose S2'`. */
const likeCitation = /^['"`]?(?:[A-Z]\d{1,2}(?:, | ‖ |: ))+|\((?:[A-Z]\d{1,2}(?:, )?)+\)/g;

/** What a passage cites that does not exist, in words. */
export function faultsOf(passage: Passage, known: Known): readonly string[] {
  const at = `${passage.path}:${passage.line}`;
  return [...faultsOfIds(passage, known), ...faultsOfDocuments(passage, known)].map(
    (fault) => `${at} ${fault}`,
  );
}

function faultsOfIds(passage: Passage, known: Known): readonly string[] {
  const { kind, path, text } = passage;
  const rules = rulesIn(passage).filter((id) => !known.rules.has(id));
  const unknown = rules.map((id) => `${id} is no rule of docs/rules`);
  if (kind === 'string') {
    const [, id] = /^['"`]([A-Z]\d{1,2}\.[a-z])['"`]$/.exec(text) ?? [];
    return id === undefined || known.symptoms.has(id) ? unknown : [...unknown, `${id} is no cause`];
  }
  const letters = new Set([...known.symptoms].map((id) => id[0]));
  const citing = kind === 'prose' ? [...text.matchAll(likeCitation)].map(([part]) => part).join(' ') : text;
  const bare = [...text.matchAll(bareId)].flatMap(([cited, letter = '', number = '', cause]) => {
    const isRule = known.rules.has(`R-${letter}${number}`);
    if (known.symptoms.has(cited)) {
      const misplaced =
        isRule &&
        cause === undefined &&
        kind !== 'document' &&
        !aboutSymptoms.test(path) &&
        new RegExp(`\\b${cited}\\b`).test(citing);
      return misplaced ? [`${cited} reads as a symptom: write R-${cited}, or say it in words`] : [];
    }
    if (isRule && cause === undefined) return [`${cited} is a rule without its R-`];
    return letters.has(letter) ? [`${cited} is no id of the catalogue`] : [];
  });
  return [...unknown, ...bare];
}

function faultsOfDocuments({ kind, path, text }: Passage, { files }: Known): readonly string[] {
  const cited = [...text.matchAll(markdown)].flatMap(([document]) => {
    // Links between documents are resolved in docs.test.ts; a literal may be a path of another folder.
    if (kind !== 'comment' && !document.startsWith('docs/')) return [];
    const beside = `${path.slice(0, path.lastIndexOf('/') + 1)}${document}`;
    return files.has(document) || files.has(beside) ? [] : [`${document} does not exist`];
  });
  const decided = [...text.matchAll(decision)].flatMap(([words, number = '']) =>
    [...files].some((file) => file.startsWith(`docs/adr/${number}-`)) ? [] : [`${words} does not exist`],
  );
  return [...cited, ...decided];
}

/** The rules that a document defines: a list item or a table row that begins with the id in bold. */
export function rulesOf(document: string): readonly Rule[] {
  const found: { id: string; lines: string[] }[] = [];
  let open: { id: string; lines: string[] } | undefined;
  for (const line of document.split('\n')) {
    const id = /^(?:- |\| )\*\*(R-[A-Z]+\d+)\*\*/.exec(line)?.[1];
    if (id !== undefined) {
      open = { id, lines: [line] };
      found.push(open);
    } else if (open !== undefined && line.startsWith('  ')) open.lines.push(line);
    else open = undefined;
  }
  return found.map(({ id, lines }) => ({ id, text: lines.join('\n') }));
}

/** What is wrong between a rule and the tests: it is not proved and does not say why, or it says so and is. */
export function faultOfRule({ id, text }: Rule, citedByTests: ReadonlySet<string>): string | undefined {
  const says = /\bNo test: \S/.test(text);
  if (citedByTests.has(id)) return says ? `${id} says that it has no test, and a test cites it` : undefined;
  return says || /\bNot built yet: \S/.test(text)
    ? undefined
    : `${id} is cited by no test and does not say why`;
}
