import type { Place } from '../../domain/diagnosis/place.ts';
import { settingFor, stepTimeoutFor } from '../../domain/fix/config-advice.ts';
import { present } from '../../domain/kernel/present.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { bareName, factsOf, type Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { remedyLines } from './lines.ts';

/** Lines that a person may copy for this instruction here; empty when it is not a command. */
export function instructionLines(
  key: string,
  place: Place,
  finding: Finding | undefined,
  platform: Platform,
): readonly string[] {
  const usual = remedyLines(platform)[key];
  if (usual === undefined) return [];
  const given = Object.entries(usual.where ?? {}).find(([fact]) => (finding?.facts[fact] ?? null) !== null);
  const lines = given?.[1] ?? usual;
  const own = place.kind === 'none' ? [] : (lines[place.kind] ?? []);
  const values = valuesOf(place, finding, platform);
  return [...(lines.any ?? []), ...own].flatMap((line) => fill(line, values) ?? []);
}

type Values = Readonly<Record<string, string | undefined>>;

function valuesOf(place: Place, finding: Finding | undefined, platform: Platform): Values {
  const facts = Object.entries(finding?.facts ?? {}).map(([name, value]) => [
    name,
    value === null || value === '' ? undefined : String(value),
  ]);
  const part = finding?.part;
  const own = part === undefined ? undefined : factsOf(platform, part);
  return {
    ...(place.kind === 'kubernetes' ? { namespace: place.namespace } : {}),
    ...Object.fromEntries(facts),
    subject: finding?.subject,
    ...present({
      part,
      workload: own?.workload,
      composeService: own?.composeService,
      app: own?.workload === undefined ? undefined : bareName(own.workload),
      port: own?.port === undefined ? undefined : String(own.port),
    }),
    ...applicationOf(finding, platform),
    ...settingOf(finding, platform),
    ...stepOf(finding),
    ...(place.kind === 'kubernetes'
      ? {
          ns: place.namespace,
          agents: place.agentNamespace,
          home: part === 'collect-agent' ? place.agentNamespace : place.namespace,
        }
      : {}),
    ...(place.kind === 'compose' ? { project: place.project } : {}),
  };
}

/** What the application of a connection runs as: the part of that name, otherwise as the connection says. */
function applicationOf(finding: Finding | undefined, platform: Platform): Values {
  const name = finding?.facts.application;
  if (typeof name !== 'string' || name === '') return {};
  const part = partNamed(name, platform);
  const { workload, composeService, configMap } = part === undefined ? {} : factsOf(platform, part);
  return {
    applicationWorkload: workload ?? `deployment/${name}`,
    applicationService: composeService ?? name,
    applicationConfigMap: configMap ?? `${name}-config`,
  };
}

/** The key that its fix would set, and whose configuration has it. */
function settingOf(finding: Finding | undefined, platform: Platform): Values {
  const setting = finding === undefined ? undefined : settingFor(finding);
  if (setting === undefined) return {};
  const { workload, composeService, configMap } = platform.parts[setting.part];
  return {
    ...{ setting: platform.keys[setting.key], settingValue: String(setting.value) },
    ...{ settingWorkload: workload, settingService: composeService, settingConfigMap: configMap },
  };
}

/** Seconds that its fix would give a step. */
function stepOf(finding: Finding | undefined): Values {
  const raised = finding === undefined ? undefined : stepTimeoutFor(finding);
  return raised === undefined ? {} : { raisedSeconds: String(raised.value) };
}

/** Templates of Docker and JSONPaths have braces of their own, with a blank or a point in them. */
const placeholder = /\{(\w+)(?::(sql|number|numbers|words))?\}/g;

function fill(line: string, values: Values): string | undefined {
  let whole = true;
  const filled = line.replaceAll(placeholder, (all: string, name: string, as?: string) => {
    const written = write(values[name], as);
    if (written === undefined) whole = false;
    return written ?? all;
  });
  return whole ? filled : undefined;
}

const mostCharacters = 200;

const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** The value as one word that can mean nothing else; undefined when that cannot be had. */
function write(value: string | undefined, as: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.length > mostCharacters || control.test(value))
    return undefined;
  switch (as) {
    case 'number':
      return /^\d+$/.test(value) ? value : undefined;
    case 'numbers':
      return /^\d+(?:, ?\d+)*$/.test(value) ? value : undefined;
    case 'sql':
      return /^[a-z_][a-z0-9_]*$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
    case 'words': {
      const words = value.split(/,? /).map(oneWord);
      return words.includes(undefined) ? undefined : words.join(' ');
    }
    default:
      return oneWord(value);
  }
}

function oneWord(value: string): string | undefined {
  // What begins like an option is read as one, quoted or not.
  if (value === '' || value.startsWith('-')) return undefined;
  return /^[\w./][\w.:/@%+=,-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
