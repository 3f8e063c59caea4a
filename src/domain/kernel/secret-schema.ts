import { z } from 'zod';
import { LazySecret } from './secret.ts';

/** The three places a secret may stand in; the value itself never stands in the configuration. */
export const EnvReference = z.strictObject({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
});
export const FileReference = z.strictObject({ file: z.string().min(1) });
export const KubernetesReference = z.strictObject({
  secret: z.strictObject({
    namespace: z.string().min(1),
    name: z.string().min(1),
    key: z.string().min(1),
  }),
});

const Reference = z.union([EnvReference, FileReference, KubernetesReference], {
  error:
    'must be {env: NAME}, {file: path} or {secret: {namespace, name, key}}; the value itself may not stand here',
});

/** A string stands for the literal value, where a schema allows one. */
export function toLazySecret(value: z.output<typeof Reference> | string): LazySecret {
  if (typeof value === 'string') return new LazySecret({ kind: 'literal', value });
  if ('env' in value) return new LazySecret({ kind: 'env', name: value.env });
  if ('file' in value) return new LazySecret({ kind: 'file', path: value.file });
  return new LazySecret({ kind: 'kubernetes', ...value.secret });
}

/** A setting that is a secret and may only be named, not written down. */
export const secretValue = (description: string) =>
  Reference.transform(toLazySecret).meta({ description, secret: true });
