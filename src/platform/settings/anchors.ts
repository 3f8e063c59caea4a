import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { Config } from '../../domain/settings/config.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import { fileAnchors } from '../anchors/file.ts';
import { postgresAnchors } from '../anchors/postgres.ts';

/** The places outside of PostgreSQL that this process can use, and how often a head is written down there. */
export function anchorPlacesOf(
  { approvals }: Pick<Config, 'approvals'>,
  env: Pick<ProcessEnv, 'ANCHOR_DATABASE_URL'>,
): { readonly places: readonly AnchorPlace[]; readonly everyMs: number; readonly everyRows: number } {
  const { file, every, rows } = approvals?.audit?.anchor ?? { every: 5 * 60_000, rows: 100 };
  const url = env.ANCHOR_DATABASE_URL?.reveal();
  return {
    places: [
      ...(file === undefined ? [] : [fileAnchors(file)]),
      ...(url === undefined ? [] : [postgresAnchors({ url, applicationName: 'aetherius-anchors' })]),
    ],
    everyMs: every,
    everyRows: rows,
  };
}
