/** Of the build, typed by the sources: what starts threads does so without a loader, as a worker does. */
import type * as redactors from '@aetherius/redact';
import type * as ruleSets from '@aetherius/redact/secretlint';
import type * as configs from '../../src/domain/settings/config.ts';
import type * as checks from '../../src/main/checks.ts';

const built = <T>(path: string): Promise<T> =>
  import(new URL(`../../dist/${path}.js`, import.meta.url).href) as Promise<T>;

export const { createRedactor } = await built<typeof redactors>('packages/redact/src/index');
export const { ConfigFile } = await built<typeof configs>('domain/settings/config');
export const { openChecks } = await built<typeof checks>('main/checks');
export const { maintainedRules } = await built<typeof ruleSets>('packages/redact/src/secretlint');
