import { z } from 'zod';
import type { RemedyCall } from '../../domain/fix/remediation.ts';
import { isSecretName, redactText } from '../../domain/kernel/redact.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { givesKey } from '../../domain/probe/gives-key.ts';
import { refused } from '../shared/stale.ts';

/** Parameters of a fix that takes away what hides a key of a file, on whatever runs the part. */
export const overrideParams = {
  part: z.enum(serviceIds).meta({ description: 'Service whose configuration it is.' }),
  key: z
    .string()
    .max(200)
    .regex(/^[\w-]+(?:\.[\w-]+)*$/)
    .meta({ description: 'Key of the file that has no effect.' }),
  name: z
    .string()
    .max(200)
    .regex(/^[\w.-]+$/)
    .meta({ description: 'Variable or flag that gives the key another value.' }),
};
const Params = z.strictObject(overrideParams);

/** What a finding says of one; undefined where it names none that can be taken away, or where the file's value is not proved. */
export function overrideFor({
  part,
  facts,
}: Pick<Finding, 'part' | 'facts'>): RemedyCall['with'] | undefined {
  if (facts.fileRuns !== true) return undefined;
  const key = String(facts.key);
  // Of one that comes from elsewhere the name says from where.
  const name = String(facts.name).replace(/ \(.*$/, '');
  const params = Params.safeParse({ part, key, name });
  return params.success ? { part: params.data.part, key, name } : undefined;
}

/** What gives a key past the file: one variable, or one or two elements of the arguments. */
export const Given = z.object({
  /** `joined`: `--key=value`; `apart`: `--key`, `value`. */
  form: z.enum(['variable', 'joined', 'apart']),
  /** Where it stands in its list. */
  at: z.int(),
  name: z.string(),
  value: z.string(),
});
export type Given = Readonly<z.output<typeof Given>>;

/** A container, as far as it gives keys. */
export interface Giving {
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Without a value: it has it from elsewhere. */
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  /** All else of it in which a variable may be used. */
  readonly others: unknown;
  /** Variables come from somewhere as a whole. */
  readonly wholes?: boolean;
}

/**
 * The override of that name. AppError CONFLICT where there is none, or none that can be taken away without touching
 * anything else: from elsewhere, several times, in a shell, or used by other settings.
 */
export function givenBy(
  container: Giving,
  part: ServiceId,
  { key, name }: { readonly key: string; readonly name: string },
  platform: Platform,
): Given {
  const found = name.startsWith('-') ? flagOf(container, name, key) : variableOf(container, name);
  if (found.form === 'variable' && !givesKey(name, part, key, platform))
    throw refused('override-gone', { key, name });
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,200}$/u.test(found.value))
    throw refused('override-not-plain', { name });
  return found;
}

function variableOf({ env, command, args, others, wholes = false }: Giving, name: string): Given {
  const at = env.findIndex((one) => one.name === name);
  const entry = env[at];
  if (entry === undefined ? wholes : entry.value === undefined)
    throw refused('override-from-elsewhere', { name });
  if (entry === undefined) throw refused('override-gone', { name });
  if (env.filter((one) => one.name === name).length > 1) throw refused('override-twice', { name });
  // `$(NAME)` of Kubernetes, and what a shell in a command or in a probe would put in its place.
  const used = new RegExp(`\\$[({]?${name.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![A-Za-z0-9_])`);
  if (used.test(JSON.stringify([command, args, others, env.toSpliced(at, 1)])))
    throw refused('override-used', { name });
  return { form: 'variable', at, name, value: entry.value ?? '' };
}

/** Programs that read their arguments as a text or by their number. */
const shell = /(?:^|\/)(?:ba|da|a|z|k)?sh$/;

function flagOf({ command, args }: Giving, name: string, key: string): Given {
  const isIt = (one: string) => isFlag(one, name);
  if (command.some(isIt)) throw refused('override-in-command', { name });
  if (args.filter(isIt).length > 1) throw refused('override-twice', { name });
  const at = args.findIndex(isIt);
  const element = args[at];
  if (element === undefined || !namesOfFlag(key).includes(name))
    throw refused('override-gone', { key, name });
  if ([...command, ...args].some((one) => shell.test(one))) throw refused('override-in-command', { name });
  if (element !== name) return { form: 'joined', at, name, value: element.slice(name.length + 1) };
  const value = args[at + 1];
  if (value === undefined || value.startsWith('-')) throw refused('override-not-plain', { name });
  return { form: 'apart', at, name, value };
}

const namesOfFlag = (key: string) => [`--${key}`, `-${key}`, `--${key.replaceAll('.', '-')}`];

/** Whether an argument is this flag, with or without its value. */
export const isFlag = (argument: string, name: string): boolean =>
  argument === name || argument.startsWith(`${name}=`);

/** The elements of the arguments that it is. */
export const elementsOf = ({ form, name, value }: Given): readonly string[] =>
  form === 'joined' ? [`${name}=${value}`] : [name, value];

/** Refused where one of the two values may be a secret: in no plan, and so nothing that an undo could put back. */
export function mustBeNoSecret(key: string, { name, value }: Given, below: string): void {
  if ([key, name].some((one) => maySecret(one, value) || maySecret(one, below)))
    throw refused('override-may-be-secret', { key, name });
  if (below === value) throw refused('override-says-the-same', { key, name });
}

/** By its name or its own look a secret. */
export const maySecret = (name: string, value: string): boolean =>
  isSecretName(name) || redactText(`${name}=${value}`) !== `${name}=${value}` || redactText(value) !== value;
