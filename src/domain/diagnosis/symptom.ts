import { straightQuotes } from '../kernel/text.ts';
import { isFullDisk, type RequestLine, requestLines } from '../logs/request-lines.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { factsOf, type Platform } from '../platform/platform.ts';
import { type Alert, alertIn } from './alert.ts';
import { type Complaint, complaintAbout } from './complaint.ts';
import { type ConnectionSymptom, connectionSymptom } from './connection-symptom.ts';
import { type Diagnosis, isWay } from './diagnosis.ts';
import {
  complaintsIn,
  foreignIn,
  type Missing,
  missingIn,
  troubleIn,
  withoutForeign,
} from './other-matters.ts';
import { partsIn } from './part-words.ts';

/** What answers a request that does not ask for a diagnosis, as it is typed. */
export type OtherCommand = 'health' | 'collect' | 'logs' | 'report';

/** Titles of the product by symptom: a person who types one means it. */
export type Titles = Readonly<Record<string, readonly string[]>>;

/** What a request for a diagnosis means: some diagnoses, a choice to offer, another command, or nothing that fits. */
export type Symptom =
  | { readonly kind: 'known'; readonly ids: readonly string[]; readonly part?: PartId }
  | { readonly kind: 'choose'; readonly ids: readonly string[]; readonly part?: PartId }
  | { readonly kind: 'command'; readonly command: OtherCommand }
  | { readonly kind: 'unknown' };

export interface Matcher {
  match(text: string): {
    readonly candidates: readonly { readonly id: string }[];
    readonly sure: boolean;
    /** It is sure, and so near to the phrases of the first that no part need be named beside. */
    readonly near?: boolean;
    /** Nearer still: it need not be said that something is wrong. */
    readonly certain?: boolean;
    /** So far from all phrases that it is worth a question only where something is said to be wrong, or a part is named. */
    readonly faint?: boolean;
    /** It asks for this instead. */
    readonly command?: OtherCommand;
    /** The nearest symptoms, even when all are far. */
    readonly nearest?: readonly string[];
  };
  /** The text with its misspelt words put right. */
  readonly spell?: (text: string) => string;
  /** The symptom of which this is the title. */
  readonly titled?: (text: string) => string | undefined;
  /** The symptom of which a name stands in the text as a whole, and no other is as near. */
  readonly named?: (text: string) => string | undefined;
  /** Diagnoses that the error of a connection to a part may be, the likeliest first. */
  readonly suspects: Readonly<Record<PartId, readonly string[]>>;
}

/** What people call the parts besides their ids. Agents last: they are named with what they do not reach. */
function nicknames(platform: Platform): readonly (readonly [string, PartId])[] {
  return [...partIds.filter((part) => part !== 'collect-agent'), 'collect-agent' as const].flatMap((part) => {
    const { spoken, name } = factsOf(platform, part);
    return [...spoken, ...(name === undefined ? [] : [name.toLowerCase()])].map(
      (one) => [one, part] as const,
    );
  });
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A part that is named in the text, by itself or as a word of it. */
export function partIn(text: string, platform: Platform): PartId | undefined {
  const lower = text.toLowerCase();
  const named = partIds.find((part) => part !== 'runtime' && lower.includes(part));
  return (
    named ??
    nicknames(platform).find(([name]) => new RegExp(`(?<![\\w])${escaped(name)}(?![\\w])`).test(lower))?.[1]
  );
}

/** A text is read line by line when it has several; more than this is noise. */
const MOST_LINES = 40;
const OFFERED = 4;
const LEAST_OFFERED = 3;
const MOST_SPELT = 120;

/**
 * An id (`S2`, also a cause's `S2.b`), a slug, a part, an alert, an error as a program prints it, or plain words in
 * English or Chinese. A part alone asks for the way to it and for every diagnosis that is about it.
 */
export function symptomOf(
  text: string,
  diagnoses: readonly Diagnosis[],
  matcher: Matcher,
  platform: Platform,
): Symptom {
  const words = straightQuotes(text).trim();
  const reader = { diagnoses, matcher, platform, table: requestLines(platform) };
  const typed = byId(words, reader) ?? byPart(words, reader) ?? byTitle(words, reader);
  if (typed !== undefined) return typed;
  const lines = linesOf(words);
  const alert = alertIn(words) ?? lines.map((line) => alertIn(line)).find((one) => one?.ids.length !== 0);
  const rung = alert === undefined ? undefined : ofAlert(alert, reader);
  if (rung !== undefined) return rung;
  const thrown = thrownIn(words);
  const read = lines.length < 2 ? ofLine(words, reader) : ofLines(words, thrown, reader);
  return withNamed(read, thrown ?? words, reader);
}

/** A symptom of which the model knows few phrases is offered by its name; and the nearest where a part is in trouble. */
function withNamed(read: Symptom, words: string, reader: Reader): Symptom {
  if (read.kind !== 'unknown' || complaintsIn(words) === undefined || foreignIn(words)) return read;
  const named = here([reader.matcher.named?.(words) ?? ''], reader);
  const part = partOf(words, reader);
  const troubled = part !== undefined && troubleIn(words);
  if (named.length === 0 && !troubled) return read;
  return {
    kind: 'choose',
    ids: atLeastThree(named, reader.matcher.match(words), reader),
    ...withPart(troubled ? part : partIn(words, reader.platform)),
  };
}

/** What is offered, filled up with what is nearest: where nothing is sure, one has a choice. */
function atLeastThree(
  ids: readonly string[],
  { nearest = [] }: ReturnType<Matcher['match']>,
  reader: Reader,
): readonly string[] {
  return ids.length >= LEAST_OFFERED
    ? ids
    : [...new Set([...ids, ...here(nearest, reader)])].slice(0, LEAST_OFFERED);
}

function byTitle(words: string, reader: Reader): Symptom | undefined {
  const ids = here([reader.matcher.titled?.(words) ?? ''], reader);
  return ids.length === 0 ? undefined : { kind: 'known', ids, ...withPart(partIn(words, reader.platform)) };
}

interface Reader {
  readonly diagnoses: readonly Diagnosis[];
  readonly matcher: Matcher;
  readonly platform: Platform;
  readonly table: readonly RequestLine[];
}

/** What the id of a symptom may be in another field: "P1 incident call", "S3 access denied", "M1 laptops". */
const otherIds =
  /^(?:incidents?|calls?|bugs?|tickets?|buckets?|backups?|access|uploads?|downloads?|outages?|pag(?:e|er|ed|es)|priorit\w*|severit\w*|issues?|alerts?|war|reviews?|requests?|objects?|storage|endpoints?|glacier|console|in-memory|mac\w*|laptops?|chips?|lines?|visas?|levels?|meetings?|bridge|is\b|was\b|parking|forms?|trains?|bus(?:es)?|express|terminals?|concerts?|motorway|gates?|seats?|licen[cs]es?|certificates?|exams?|phones?|siz(?:e|ed)|headings?|headlines?|costs?|bills?|of (?:the|this|last) year|carbon|yoga|事件|事故|故障|会议|存储|桶|级|电话|签证|停车|航站|登机|驾照|手机|芯片|笔记本|号?线(?!程)|路(?!由|径)|次|列车|高铁|地铁|地下|纸|标题|财报|英语|日语|费用|账单|改期|会(?!话)|是)/i;

function byId(words: string, { diagnoses, platform }: Reader): Symptom | undefined {
  const [first = '', ...more] = words.split(/\s+/);
  const id = /^([a-z]\d)(\.[a-z])?$/i.exec(first);
  const rest = more.join(' ');
  const part = partIn(words, platform);
  const meant = id?.[2] !== undefined || !otherIds.test(rest) || part !== undefined;
  const named = diagnoses.find(
    (diagnosis) =>
      (meant && diagnosis.id === id?.[1]?.toUpperCase()) || diagnosis.slug === first.toLowerCase(),
  );
  return named === undefined ? undefined : { kind: 'known', ids: [named.id], ...withPart(part) };
}

function byPart(words: string, { diagnoses, platform }: Reader): Symptom | undefined {
  const bare = words.toLowerCase();
  const part = partIn(words, platform);
  const spoken = partsIn(words, platform);
  const whole = spoken.length === 1 && spoken[0]?.from === 0 && spoken[0].to === words.length;
  const alone =
    part !== undefined &&
    (bare === part || nicknames(platform).some(([name, id]) => name === bare && id === part))
      ? part
      : whole
        ? spoken[0]?.part
        : undefined;
  if (alone === undefined) return undefined;
  return { kind: 'known', ids: allAbout(alone, diagnoses), part: alone };
}

/** The way to a part, and every diagnosis that is about it. */
function allAbout(part: PartId, diagnoses: readonly Diagnosis[]): readonly string[] {
  const about = diagnoses.filter((diagnosis) => diagnosis.part === part && !isWay(diagnosis));
  return [...diagnoses.filter(isWay), ...about].map(({ id }) => id);
}

const linesOf = (words: string): readonly string[] => {
  const lines = words
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const half = MOST_LINES / 2;
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, half), ...lines.slice(-half)];
};

const withPart = (part: PartId | undefined) => (part === undefined ? {} : { part });

function here(ids: readonly string[], { diagnoses }: Reader): readonly string[] {
  return ids.filter((id) => diagnoses.some((one) => one.id === id));
}

/** The part that a text is about: by its own name, else by what people call it; what names it first counts. */
function partOf(text: string, { platform }: Reader): PartId | undefined {
  return partIn(text, platform) ?? partsIn(text, platform)[0]?.part;
}

/** undefined for an unknown rule: its words are read as words. */
function ofAlert(alert: Alert, reader: Reader): Symptom | undefined {
  if (alert.resolved || alert.ids[0] === '-' || foreignIn(alert.words)) return { kind: 'unknown' };
  const ids = here(alert.ids, reader);
  if (ids.length > 0)
    return { kind: 'known', ids, ...withPart(partOf(alert.labels, reader) ?? partOf(alert.words, reader)) };
  if (alert.ids.length > 0) return undefined;
  // An alert that fires says that something is wrong.
  const match = reader.matcher.match(alert.words);
  return ofWords(alert.words, `${alert.words} ${alert.labels}`, reader, match, true);
}

const isTrace = /^Traceback |^\s+at \S+[(:]|^goroutine \d+ /m;
/** Where a program was: its code says nothing of what is wrong. */
const frame = /^\s|^Traceback |^goroutine \d+ /;

/** Of a traceback, what was thrown and what was said around it. */
function thrownIn(words: string): string | undefined {
  if (!isTrace.test(words)) return undefined;
  const said = words.split(/\r?\n/).filter((one) => one.trim() !== '' && !frame.test(one));
  return said.length === 0 ? undefined : said.join('\n');
}

/** Each line by itself; those that are sure have to agree. The last line of a traceback says what was thrown. */
function ofLines(words: string, thrown: string | undefined, reader: Reader): Symptom {
  const lines = linesOf(thrown ?? words);
  const signed = lines.map((line) => bySignature(line, reader)).filter((one) => one !== undefined);
  const last = signed.at(-1);
  if (last !== undefined) return thrown === undefined ? agreed(signed) : last;
  const read = lines.map((line) => ofLine(line, reader));
  if (thrown !== undefined) return read.findLast((one) => one.kind !== 'unknown') ?? { kind: 'unknown' };
  const sure = read.filter((one) => one.kind === 'known');
  if (sure.length > 0) return agreed(sure);
  return read.findLast((one) => one.kind === 'choose') ?? ofWords(words, words, reader);
}

function agreed(symptoms: readonly Symptom[]): Symptom {
  const [first] = symptoms;
  if (first === undefined) return { kind: 'unknown' };
  const firsts = [...new Set(symptoms.flatMap((one) => ('ids' in one ? one.ids.slice(0, 1) : [])))];
  if (firsts.length < 2) return first;
  const parts = [
    ...new Set(symptoms.flatMap((one) => ('part' in one && one.part !== undefined ? [one.part] : []))),
  ];
  return {
    kind: 'choose',
    ids: firsts.slice(0, OFFERED),
    ...withPart(parts.length === 1 ? parts[0] : undefined),
  };
}

function ofLine(line: string, reader: Reader): Symptom {
  const { matcher, platform } = reader;
  const complaint = complaintsIn(line);
  if (complaint === undefined) return { kind: 'unknown' };
  const typed = complaint.left;
  const signed = bySignature(typed, reader);
  if (signed !== undefined) return signed;
  if (foreignIn(typed)) return besideForeign(typed, reader);
  // What a program prints is spelt as it is.
  const left = typed.length > MOST_SPELT ? typed : (matcher.spell?.(typed) ?? typed);
  const whole = matcher.match(left);
  const missing = missingIn(left);
  if (missing !== undefined && complaintAbout(missing.rest, platform) === undefined)
    return ofMissing(left, missing, reader, whole);
  const about = complaintAbout(left, platform);
  if (about !== undefined && !saysMore(whole, about)) {
    const ids = here(about.ids, reader);
    // The part is said to be ill in words that are the name of another symptom.
    const [named] = here([matcher.named?.(left) ?? ''], reader);
    if (named !== undefined && !ids.includes(named) && !ids.includes(whole.candidates[0]?.id ?? ''))
      return whole.sure && whole.candidates[0]?.id === named
        ? { kind: 'known', ids: [named], part: about.part }
        : {
            kind: 'choose',
            ids: atLeastThree([...new Set([named, ...ids])].slice(0, OFFERED), whole, reader),
            part: about.part,
          };
    if (ids.length > 0)
      return about.sure
        ? { kind: 'known', ids, part: about.part }
        : { kind: 'choose', ids: atLeastThree(ids, whole, reader), part: about.part };
  }
  const connection = connectionSymptom(left, partIn(left, platform), matcher.suspects, platform);
  if (connection !== undefined) return ofConnection(connection, reader, whole, left);
  return ofWords(left, left, reader, whole);
}

/**
 * Without what one would look with nobody knows yet what is wrong: the part is offered to be looked at. A setting that is
 * not there may be what causes a symptom, so its words are weighed first.
 */
function ofMissing(
  left: string,
  { kind }: Missing,
  reader: Reader,
  whole: ReturnType<Matcher['match']>,
): Symptom {
  const read = ofWords(left, left, reader, whole);
  const part = partOf(left, reader);
  if (kind === 'setting' && read.kind !== 'unknown') return read;
  if (part === undefined) return read.kind === 'known' ? { ...read, kind: 'choose' } : read;
  const about = allAbout(part, reader.diagnoses);
  const likely = whole.candidates.flatMap(({ id }) => (about.includes(id) ? [id] : []));
  return { kind: 'choose', ids: [...new Set([...likely, ...about])].slice(0, OFFERED), part };
}

/** A symptom that the words surely name says more than that a part is down, and as much as the same complaint. */
function saysMore(
  { candidates, sure }: ReturnType<Matcher['match']>,
  { ids: [id], sure: told }: Complaint,
): boolean {
  return sure && (!told || id === 'H2' || (id !== 'K1' && candidates[0]?.id === id));
}

/** Another product is named: at most our own part that stands beside it is offered. */
function besideForeign(left: string, reader: Reader): Symptom {
  const rest = withoutForeign(left);
  if (partsIn(rest, reader.platform).length === 0 || /[:：]/.test(left)) return { kind: 'unknown' };
  const ids = here(
    reader.matcher.match(rest).candidates.map(({ id }) => id),
    reader,
  );
  return ids.length === 0
    ? { kind: 'unknown' }
    : { kind: 'choose', ids: ids.slice(0, 3), ...withPart(partOf(rest, reader)) };
}

/** Errors as programs print them: one is sure, two that differ are asked about. */
function bySignature(text: string, reader: Reader): Symptom | undefined {
  const found = reader.table.filter(({ pattern }) => pattern.test(text));
  if (found.length === 0) return undefined;
  if (foreignIn(text)) return { kind: 'unknown' };
  const strong = found.filter(({ weight }) => weight === 'sure');
  const asked = found.filter(({ weight }) => weight === 'ask');
  const [first, ...others] = strong.length > 0 ? strong : asked.length > 0 ? asked : found;
  if (first === undefined) return undefined;
  const known = here(first.ids, reader);
  if (known.length === 0) return undefined;
  const match = reader.matcher.match(text);
  const said = match.nearest?.[0] ?? match.candidates[0]?.id ?? '';
  // Of the symptoms that print the same line, the words tell which.
  const ids = known.includes(said) ? [...new Set([said, ...known])] : known;
  const part = first.part === undefined || first.part === 'runtime' ? partOf(text, reader) : first.part;
  const own = isFullDisk(first) ? (part ?? 'postgres') : part;
  const differ = others
    .filter((one) => one.ids[0] !== first.ids[0])
    .flatMap((one) => here(one.ids.slice(0, 1), reader));
  if (first.weight === 'weak' && match.sure && !ids.includes(said)) differ.push(said);
  const way = reader.diagnoses.some((one) => one.id === ids[0] && isWay(one));
  // What one part says of the way to another may be a symptom of either.
  if (way && own !== undefined && partsIn(text, reader.platform).some((one) => one.part !== own))
    differ.push(...here(reader.matcher.suspects[own], reader));
  if (first.weight === 'ask' || differ.length > 0)
    return {
      kind: 'choose',
      ids: [...new Set([...ids.slice(0, 1), ...differ, ...ids])].slice(0, OFFERED),
      ...withPart(own),
    };
  return { kind: 'known', ids, ...withPart(own) };
}

function ofWords(
  said: string,
  whole: string,
  reader: Reader,
  match: ReturnType<Matcher['match']> = reader.matcher.match(said),
  troubled = troubleIn(said),
): Symptom {
  if (match.command !== undefined) return { kind: 'command', command: match.command };
  const ids = here(
    match.candidates.map(({ id }) => id),
    reader,
  );
  const [best] = ids;
  if (best === undefined) return { kind: 'unknown' };
  if (match.faint === true && !troubled && partOf(whole, reader) === undefined) return { kind: 'unknown' };
  const part = best === 'H2' ? partOf(whole, reader) : partIn(whole, reader.platform);
  // Words of other fields may be near a symptom by chance: a run starts where something is said to be
  // wrong, or a whole sentence is as one of the phrases.
  const clear =
    match.certain === true || (troubled && (match.near === true || partOf(whole, reader) !== undefined));
  return match.sure && clear
    ? { kind: 'known', ids: [best], ...withPart(part) }
    : { kind: 'choose', ids: ids.slice(0, OFFERED), ...withPart(part) };
}

/** A diagnosis as somebody types it: the way is one to a part (`H2 redis`). */
export function asTyped(diagnosis: Pick<Diagnosis, 'id' | 'kind'>, part: PartId | undefined): string {
  return isWay(diagnosis) && part !== undefined ? `${diagnosis.id} ${part}` : diagnosis.id;
}

/**
 * The error of a connection ("connection refused", "i/o timeout") fits many symptoms, and its words stand in the
 * vocabulary of others: what it is about is asked, unless the text names a symptom beside.
 */
function ofConnection(
  { part, ids, rest }: ConnectionSymptom,
  { diagnoses, matcher, platform }: Reader,
  whole: ReturnType<Matcher['match']>,
  left: string,
): Symptom {
  const [best] = whole.candidates;
  const { candidates, sure } = matcher.match(rest);
  const about = complaintAbout(rest, platform)?.ids[0];
  const beside = sure
    ? candidates.slice(0, 1).map(({ id }) => id)
    : about === undefined || about === 'H2'
      ? []
      : [about];
  const told = [...beside, ...ids.slice(0, 1)];
  // "连不上 redis": a person names the one end, and nothing else.
  if (/^连不上 ?\p{L}+$/u.test(left) && part !== undefined && ids[0] !== undefined)
    return { kind: 'known', ids: ids.slice(0, 1), part };
  // The error alone, that names no part, is no symptom yet, whatever phrases it stands in.
  const bare = part === undefined && !/[\p{L}\d]/u.test(rest);
  const named = whole.sure && !bare ? told : part === undefined ? beside : [];
  if (best !== undefined && named.includes(best.id))
    return { kind: 'known', ids: [best.id], ...withPart(part) };
  const offered = [...new Set([...beside, ...ids])].filter((id) => diagnoses.some((one) => one.id === id));
  return { kind: 'choose', ids: offered.slice(0, OFFERED), ...withPart(part) };
}
