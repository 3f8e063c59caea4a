import { z } from 'zod';
import { outputSchemas as schemas } from '../../src/cli/output-schemas.ts';

/** JSON Schemas of what `--output json` prints. */
export function outputSchemas(): readonly (readonly [string, string])[] {
  return Object.entries(schemas).map(([name, { schema }]) => [
    `docs/reference/output-${name}.schema.json`,
    `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
  ]);
}
