import { diagnoses } from '../../src/diagnoses/index.ts';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import {
  type Condition,
  codesOf,
  type Diagnosis,
  type Remedy,
} from '../../src/domain/diagnosis/diagnosis.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import type { ProbeCall } from '../../src/domain/probe/probe.ts';
import type { Language } from '../../src/domain/run/run.ts';
import { probes } from '../../src/probes/index.ts';
import { en } from '../../src/text/en.ts';
import { zhCN } from '../../src/text/zh-cn.ts';
import { asRead } from './as-in-guide.ts';
import { catalogue, notYet } from './catalogue.ts';
import { pageWords } from './diagnosis-words.ts';
import { code, page, prose, table } from './markdown.ts';
import { sentence } from './sentences.ts';

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, 'zh-CN': zhCN };

const languages = ['en', 'zh-CN'] as const satisfies readonly Language[];

/** Where the pages of the diagnoses lie; nothing else may. */
export const diagnosisFolder = 'docs/reference/diagnoses';

/** Every way in which a diagnosis may be asked: H2 is asked of a part, the others of nothing. */
export function variantsOf(diagnosis: Diagnosis): readonly [Diagnosis, ...Diagnosis[]] {
  if (diagnosis.id !== 'H2') return [diagnosis];
  const others = partIds.filter((part) => part !== 'runtime' && part !== diagnosis.part);
  return [diagnosis, ...others.map(unreachable)];
}

export function callsOf(diagnosis: Diagnosis): readonly ProbeCall[] {
  return variantsOf(diagnosis).flatMap(({ evidence, afterwards = [] }) => [...evidence, ...afterwards]);
}

/** The table of all diagnoses, with links to both languages. */
export function diagnosesIndex(): string {
  return page(
    '# Diagnoses',
    'A diagnosis is a set of probes and of causes that their findings confirm, rule out, or leave open.\nThe ids are those of the troubleshooting guide.\nWhat proves each of them stands in [coverage](../coverage.md).',
    table(
      ['Id', 'Symptom', '症状', 'Causes'],
      diagnoses.map(({ id, slug, causes }) => [
        id,
        `[${say('en', `diagnosis.${id}`)}](diagnoses/${slug}.md)`,
        `[${say('zh-CN', `diagnosis.${id}`)}](diagnoses/${slug}.zh-CN.md)`,
        causes.map((cause) => cause.id).join(', '),
      ]),
    ),
    'Other ids of the guide are no diagnoses:',
    table(
      ['Id', 'What', 'Command'],
      catalogue.flatMap(({ id, command }) =>
        command === undefined
          ? []
          : [[id, command.title, notYet.includes(id) ? 'not built yet' : code(`/aetherius ${command.word}`)]],
      ),
    ),
  );
}

/** One page a diagnosis and language, by path. */
export function diagnosisPages(): readonly (readonly [string, string])[] {
  return diagnoses.flatMap((diagnosis) =>
    languages.map(
      (language) =>
        [`${diagnosisFolder}/${fileOf(diagnosis, language)}`, diagnosisPage(diagnosis, language)] as const,
    ),
  );
}

function fileOf({ slug }: Diagnosis, language: Language): string {
  return language === 'en' ? `${slug}.md` : `${slug}.${language}.md`;
}

function say(language: Language, key: string, values: Readonly<Record<string, string>> = {}): string {
  const template = catalogues[language][key];
  if (template === undefined) throw new Error(`no words in ${language} for ${key}`);
  return sentence(asRead(template, language), values);
}

function diagnosisPage(diagnosis: Diagnosis, language: Language): string {
  const words = pageWords[language];
  const { id, slug } = diagnosis;
  const other = fileOf(diagnosis, language === 'en' ? 'zh-CN' : 'en');
  const asked = id === 'H2' ? [`${id} redis`, `${slug} redis`] : [id, slug];
  return page(
    `# ${id} · ${say(language, `diagnosis.${id}`)}`,
    `[${words.all}](../diagnoses.md) · [${words.other}](${other}) · [${words.proof}](../../coverage.md)`,
    `${words.ask}${asked.map((text) => code(`/aetherius diagnose ${text}`)).join(' / ')}`,
    ...(id === 'H2' ? [words.anyPart] : []),
    `## ${words.meaning}`,
    prose(say(language, `diagnosis.${id}.meaning`)),
    `## ${words.impact}`,
    prose(say(language, `diagnosis.${id}.impact`)),
    `## ${words.evidence}`,
    probeTable(diagnosis, language),
    words.findings,
    table(
      words.findingHead,
      findingsOf(diagnosis).map((name) => [code(name), prose(say(language, `finding.${name}`))]),
    ),
    words.filled,
    `## ${words.causes}`,
    words.verdicts,
    table(
      words.causeHead,
      diagnosis.causes.map((cause) => [
        cause.id,
        prose(say(language, `cause.${cause.id}`)),
        condition(diagnosis, cause.when, language),
      ]),
    ),
    `## ${words.remedies}`,
    ...diagnosis.causes.flatMap((cause) => [
      `### ${cause.id}`,
      cause.remedies.map((remedy) => `- ${remedyLine(diagnosis, remedy, language)}`).join('\n'),
    ]),
    ...longConditions(diagnosis).map(
      ({ id, when }) => `${id}${words.colon}${condition(diagnosis, when, language)}`,
    ),
    ...onward(diagnosis, language),
  );
}

/** GitHub's anchor of a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function probeTable(diagnosis: Diagnosis, language: Language): string {
  const words = pageWords[language];
  const late = new Set(diagnosis.afterwards?.map(({ probe }) => probe));
  const calls = callsOf(diagnosis);
  return table(
    words.probes,
    [...new Set(calls.map(({ probe }) => probe))].map((probe) => [
      `[${code(probe)}](../probes.md#${anchor(probe)})`,
      `${say(language, `probe.${probe}`)}${late.has(probe) ? words.last : ''}`,
      [
        ...new Set(
          calls.filter((call) => call.probe === probe).map(({ with: values = {} }) => parameters(values)),
        ),
      ].join(', '),
    ]),
  );
}

function parameters(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => code(`${name}=${String(value)}`))
    .join(' ');
}

/** Codes that a cause or a hand-over asks for, in the order of the probes that make them. */
function findingsOf(diagnosis: Diagnosis): readonly string[] {
  const wanted = new Set(
    variantsOf(diagnosis).flatMap(({ causes, handOver }) =>
      [...causes, ...handOver].flatMap(({ when }) => codesOf(when).map((leaf) => leaf.code)),
    ),
  );
  const emitted = callsOf(diagnosis).flatMap(
    ({ probe }) => probes.find(({ id }) => id === probe)?.emits ?? [],
  );
  return [...new Set(emitted)].filter((name) => wanted.has(name));
}

/**
 * A condition as people write it; of which part is said where it is not the only one. `named` are conditions that
 * have a name already.
 */
function condition(
  diagnosis: Diagnosis,
  when: Condition,
  language: Language,
  named: readonly { readonly id: string; readonly when: Condition }[] = [],
): string {
  const words = pageWords[language];
  const term = (one: Condition, inside?: Condition['op']): string => {
    const known = named.find((other) => JSON.stringify(other.when) === JSON.stringify(one));
    if (known !== undefined) return known.id;
    if (one.op === 'found') {
      const about =
        one.part === undefined || diagnosis.id === 'H2' ? '' : ` (${say(language, `part.${one.part}`)})`;
      return `${code(one.code)}${about}${one.fact === undefined ? '' : words.giving(code(one.fact))}`;
    }
    if (one.op === 'found-apart') {
      const text = words.apart(code(one.code), one.from.map(code).join(` ${words.or} `));
      return inside === undefined ? text : `(${text})`;
    }
    if (one.op === 'hint') return words.hint(term(one.of, 'hint'));
    if (one.op === 'not' && one.of.op === 'hint') return words.onlyPossible(term(one.of.of, 'hint'));
    if (one.op === 'unless-answered') return term(one.of, inside);
    if (one.op === 'unless-found') {
      const text = `${term(one.of, 'all')} ${words.and} ${words.not} ${one.codes.map(code).join(` ${words.or} `)}`;
      return inside === undefined || inside === 'all' ? text : `(${text})`;
    }
    if (one.op === 'not') return `${words.not} ${term(one.of, 'not')}`;
    const joined = one.of
      .map((each) => term(each, one.op))
      .join(` ${one.op === 'all' ? words.and : words.or} `);
    return inside === undefined || inside === one.op || one.of.length === 1 ? joined : `(${joined})`;
  };
  return term(when);
}

/** What decides whether a remedy is offered, where it is too long for its line: each with a letter. */
function longConditions({ causes }: Diagnosis): readonly { readonly id: string; readonly when: Condition }[] {
  const all = causes.flatMap(({ remedies }) => remedies.flatMap(({ where, unless }) => [where, unless]));
  const long = all.flatMap((one) =>
    one !== undefined && codesOf(one).length > 2 ? [[JSON.stringify(one), one] as const] : [],
  );
  return [...new Map(long).values()].map((when, at) => ({ id: String.fromCharCode(65 + at), when }));
}

function remedyLine(diagnosis: Diagnosis, remedy: Remedy, language: Language): string {
  const words = pageWords[language];
  const found = (one: Condition | undefined, say: (text: string) => string) =>
    one === undefined ? '' : say(condition(diagnosis, one, language, longConditions(diagnosis)));
  const where = [
    remedy.on === undefined ? '' : words.only[remedy.on],
    found(remedy.where, words.where),
    found(remedy.unless, words.unless),
  ].join('');
  if ('instruction' in remedy) {
    const text = prose(say(language, `remedy.${remedy.instruction}`));
    return `${words.instruction}${where}${words.colon}${text}`;
  }
  const given = remedy.at === undefined ? [] : [code(`part=${diagnosis.id === 'H2' ? '{part}' : remedy.at}`)];
  const link = `[${code(remedy.remediation)}](../remediations.md#${anchor(remedy.remediation)})`;
  const title = say(language, `remediation.${remedy.remediation}`);
  return `${words.button}${where}${words.colon}${title} · ${[link, ...given].join(' ')}`;
}

/** Where the diagnosis leads; of which part is said when it may be asked of several. */
function onward(diagnosis: Diagnosis, language: Language): readonly string[] {
  const words = pageWords[language];
  const variants = variantsOf(diagnosis);
  const parts = new Map<string, { readonly cells: readonly [string, string]; readonly of: string[] }>();
  for (const variant of variants)
    for (const { when, to } of variant.handOver) {
      const cells = [condition(variant, when, language, variant.causes), linkTo(to, language)] as const;
      const row = parts.get(cells.join()) ?? { cells, of: [] };
      parts.set(cells.join(), row);
      row.of.push(say(language, `part.${variant.part}`));
    }
  const [when, to, of] = words.onwardHead;
  const several = variants.length > 1;
  const rows = [...parts.values()].map((row) => (several ? [...row.cells, row.of.join(', ')] : row.cells));
  return rows.length === 0 ? [] : [`## ${words.onward}`, table(several ? [when, to, of] : [when, to], rows)];
}

function linkTo(id: string, language: Language): string {
  const target = diagnoses.find((diagnosis) => diagnosis.id === id);
  if (target === undefined) throw new Error(`no diagnosis ${id}`);
  return `[${id} ${say(language, `diagnosis.${id}`)}](${fileOf(target, language)})`;
}
