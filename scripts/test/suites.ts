/**
 * Which suite belongs to which command, what it costs and what it needs. `vitest.config.ts` has a project for each of the
 * name; `test/repo/suites.test.ts` holds that every test file is in exactly one of them.
 */

import { missing as missingApi } from '../../lab/components/kube-api.ts';
import { missing as missingNats } from '../../lab/components/nats.ts';
import { filesAreThere, missing as missingNeo4j } from '../../lab/components/neo4j.ts';
import { missing as missingPostgres } from '../../lab/components/postgres.ts';
import { missing as missingRedis } from '../../lab/components/redis.ts';
import { missingFor } from '../../lab/runtimes/index.ts';
import { runtimes } from '../../lab/types.ts';

export interface Suite {
  /** A project of vitest. */
  readonly name: string;
  /** What it proves, for whoever reads that it was left out. */
  readonly about: string;
  /** The command that runs it: `npm test`, or `npm run test:all` as well. */
  readonly part: 'quick' | 'rest';
  /** Seconds on two idle cores beside the suites of the same part, as `docs/quality.md` has them. */
  readonly seconds: number;
  /** It measures how quick something is: nothing runs beside it. */
  readonly alone?: boolean;
  /** With `TESTS=drawn` one of so many of its files runs; tests inside may draw as well, by `AETHERIUS_TEST_SEED`. */
  readonly drawn?: number;
  /** What is missing to run it here, one line each; `npm test` then leaves it out and says so. */
  readonly missing?: () => readonly string[];
  /** What `npm run test:all` lacks here, where that is less: it fetches and builds. Default: `missing`. */
  readonly lacks?: () => readonly string[];
}

const lines = (...found: readonly (string | undefined)[]): readonly string[] =>
  found.filter((line) => line !== undefined);

/** PostgreSQL comes from npm, Redis and NATS from Debian's packages. */
const servers = () => lines(missingPostgres(), missingRedis(), missingNats());

/** `npm test` uses Neo4j where it is fetched already: the files are 140 MB, and Maven fetches them. */
const graph = () =>
  lines(missingNeo4j() ?? (filesAreThere() ? undefined : 'Neo4j: its files are not fetched yet'));

/** The bare API server is built with Go once, by whatever wants it first. */
const cluster = () => lines(missingApi() === undefined ? undefined : missingFor('kubernetes')[0]);

export const suites = [
  { name: 'unit', about: 'pure rules', part: 'quick', seconds: 150 },
  {
    name: 'contract',
    about: 'every registered probe, diagnosis and remediation',
    part: 'quick',
    seconds: 110,
  },
  { name: 'repo', about: 'the rules of this repository', part: 'quick', seconds: 180 },
  {
    name: 'integration',
    about: 'adapters and services on real PostgreSQL, Redis and NATS',
    part: 'quick',
    seconds: 310,
    missing: servers,
  },
  {
    name: 'story',
    about: 'the whole product through Slack’s front door, and a worker that is killed',
    part: 'quick',
    seconds: 60,
    missing: servers,
  },
  {
    name: 'graph',
    about: 'probes of a real Neo4j',
    part: 'quick',
    seconds: 40,
    missing: () => [...servers(), ...graph()],
    lacks: () => [...servers(), ...lines(missingNeo4j())],
  },
  {
    name: 'servers',
    about: 'the longer tests on real servers',
    part: 'rest',
    drawn: 3,
    seconds: 270,
    missing: servers,
  },
  {
    name: 'cluster',
    about: 'a real API server of Kubernetes, and a Docker engine',
    part: 'rest',
    drawn: 6,
    seconds: 300,
    missing: () => [...servers(), ...cluster()],
  },
  {
    name: 'e2e',
    about: 'every surface, in Slack, in a browser and at the command line',
    part: 'rest',
    drawn: 6,
    seconds: 500,
    missing: servers,
  },
  {
    name: 'crash',
    about: 'every process killed at every point',
    part: 'rest',
    drawn: 1,
    seconds: 300,
    missing: servers,
  },
  {
    name: 'pace',
    about: 'what has to be quick, with nothing beside it',
    part: 'rest',
    seconds: 90,
    alone: true,
    missing: servers,
  },
  {
    name: 'guides',
    about: 'the guides for developers, followed word for word, and the tools that test and scaffold',
    part: 'rest',
    drawn: 1,
    seconds: 300,
  },
  {
    name: 'lab',
    about: 'platforms with real faults',
    part: 'rest',
    drawn: 3,
    seconds: 600,
    missing: () => [...new Set(runtimes.flatMap((runtime) => missingFor(runtime)))],
  },
] as const satisfies readonly Suite[];

export type SuiteName = (typeof suites)[number]['name'];
