/** The installation whose database `npm run old-database` writes down, and which an upgraded database is given to. */
import { people, places } from '@aetherius/slack-emulator';

/** Environments of the installation, named after what their request waits for when the database is written down. */
export const oldEnvironments = [
  'finished',
  'proposed',
  'requested',
  'approved',
  'executing',
  'verifying',
  'rolling-back',
  'indeterminate',
] as const;
export type OldEnvironment = (typeof oldEnvironments)[number];

/** The database is signed with it. */
export const oldAuditKey = 'an audit key of the tests that is long enough';

/** Variable with the address of an environment's Redis. */
export const redisVariable = (environment: string): string =>
  `REDIS_OF_${environment.replaceAll('-', '_').toUpperCase()}`;

/** The whole configuration file, as an object; the policy is part of what decisions are recorded with. */
export function oldConfig() {
  return {
    environments: Object.fromEntries(
      oldEnvironments.map((name) => [
        name,
        { runtime: { kind: 'none' }, redis: { url: { env: redisVariable(name) } } },
      ]),
    ),
    slack: {
      defaultEnvironment: 'finished',
      channels: {
        [places.incidents]: { environment: 'finished', digest: { at: '09:00', timezone: 'Europe/Berlin' } },
      },
    },
    approvals: {
      approvers: { oncall: { users: [people.approver, people.requester] } },
      tiers: { 1: { by: ['oncall'] }, 2: { by: ['oncall'], reason: 'finding' } },
    },
  };
}
