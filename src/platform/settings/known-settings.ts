import { z } from 'zod';
import { similarTo } from '../../domain/kernel/similar.ts';
import { ConfigFile } from '../../domain/settings/config.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

let file: Schema | undefined;

function variantsOf(schema: Schema): readonly Schema[] {
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(variantsOf)];
}

function below(schema: Schema, step: PropertyKey): readonly Schema[] {
  return variantsOf(schema).flatMap(({ properties, additionalProperties, items }) => {
    const own = typeof step === 'number' ? items : properties?.[String(step)];
    const rest = typeof additionalProperties === 'object' ? additionalProperties : undefined;
    return own ?? rest ?? [];
  });
}

/** Names of the settings that may stand at this path of the configuration file. */
function settingsAt(path: readonly PropertyKey[]): readonly string[] {
  file ??= z.toJSONSchema(ConfigFile, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
  let at: readonly Schema[] = [file];
  for (const step of path) at = at.flatMap((schema) => below(schema, step));
  return at.flatMap(variantsOf).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

/** What is no setting any more, with what to do instead. */
const removed: Readonly<Record<string, string>> = {
  'approvals.commandLine':
    'is not used any more, since a token in the caller’s own reach proves nobody. Take it out, set TOKEN_KEY and CLI_PORT for the bot, and let each person type /aetherius token in Slack',
};

/** Says of an unknown setting that it is unknown, and which one may be meant. */
export function unknownSetting(path: readonly PropertyKey[], name: string): string {
  const instead = removed[[...path, name].map(String).join('.')];
  if (instead !== undefined) return instead;
  const { similar } = similarTo(name, settingsAt(path));
  return similar === undefined
    ? 'is not a known setting'
    : `is not a known setting; did you mean "${similar}"?`;
}
