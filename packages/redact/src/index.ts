export { spellingsOf } from './encodings.ts';
export { KnownSecrets } from './known-secrets.ts';
export { isSecretName } from './names.ts';
export {
  createRedactor,
  type Finder,
  type Kept,
  type Redactor,
  type RedactorOptions,
  withheld,
} from './redactor.ts';
export type { Found } from './scan-state.ts';
export { namesSecretObject, withoutSecretObjects } from './secret-objects.ts';
export type { RedactingStream } from './stream.ts';
