import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { Config } from '../../domain/settings/config.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import { fileAnchors } from '../anchors/file.ts';
import { postgresAnchors } from '../anchors/postgres.ts';
import { s3Anchors } from '../anchors/s3.ts';
import { unread } from '../anchors/unread.ts';

type Env = Pick<
  ProcessEnv,
  'ANCHOR_DATABASE_URL' | 'ANCHOR_S3_ACCESS_KEY_ID' | 'ANCHOR_S3_SECRET_ACCESS_KEY'
>;

export interface AnchorPlaces {
  readonly places: readonly AnchorPlace[];
  readonly everyMs: number;
  readonly everyRows: number;
}

/**
 * The places outside of PostgreSQL that this process can use, and how often a head is written down there. Where
 * all that is configured needs credentials which this process lacks, it knows of the places and cannot read them. `slack` comes from a process that has its token.
 */
export function anchorPlacesOf(
  { approvals }: Pick<Config, 'approvals'>,
  env: Env,
  slack?: AnchorPlace,
): AnchorPlaces {
  const anchor = approvals?.audit?.anchor;
  const url = env.ANCHOR_DATABASE_URL?.reveal();
  const { ANCHOR_S3_ACCESS_KEY_ID: accessKeyId, ANCHOR_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const s3 =
    anchor?.s3 === undefined || accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : s3Anchors({ ...anchor.s3, accessKeyId, secretAccessKey });
  const places = [
    ...(anchor?.file === undefined ? [] : [fileAnchors(anchor.file)]),
    ...(url === undefined ? [] : [postgresAnchors({ url, applicationName: 'aetherius-anchors' })]),
    ...(s3 === undefined ? [] : [s3]),
    ...(anchor?.channel === undefined || slack === undefined ? [] : [slack]),
  ];
  const closed = [
    ...(anchor?.s3 === undefined ? [] : [unread('s3')]),
    ...(anchor?.channel === undefined ? [] : [unread('slack')]),
  ];
  return {
    places: places.length === 0 ? closed : places,
    everyMs: anchor?.every ?? 5 * 60_000,
    everyRows: anchor?.rows ?? 100,
  };
}
