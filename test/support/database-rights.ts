/**
 * What each login can do with each table of the bot's own database, and with the functions that have its owner's rights: as
 * `integration/store/statements.integration` finds it by trying every statement. The threat model shows this table.
 */

/** `all`: one process with all roles; `owner`: the login of the migration. */
export const logins = ['bot', 'worker', 'scheduler', 'alerts', 'cli', 'all', 'owner'] as const;
export type DatabaseLogin = (typeof logins)[number];

/**
 * By table: S select, I insert, U update, D delete, T truncate; a small letter for some of the columns alone. What a trigger
 * refuses whatever the rights is left out. A login that is not there can do nothing.
 */
export const statements: Readonly<Record<string, Readonly<Partial<Record<DatabaseLogin, string>>>>> = {
  aetherius_migrations: { bot: 'S', worker: 'S', scheduler: 'S', cli: 'S', all: 'S', owner: 'SIUDT' },
  alerts: { bot: 'Su', worker: 'i', scheduler: 'sD', alerts: 'i', all: 'SiuD', owner: 'SIUDT' },
  approvals: { bot: 'SIu', worker: 'S', scheduler: 'S', all: 'SIu', owner: 'SIuDT' },
  audit_anchors: { bot: 'SI', worker: 'S', scheduler: 'SI', cli: 'S', all: 'SI', owner: 'SIUDT' },
  audit_head: { bot: 'S', worker: 'S', scheduler: 'S', cli: 'S', all: 'S', owner: 'SIDT' },
  audit_log: { bot: 'SI', worker: 'SI', scheduler: 'SI', cli: 'S', all: 'SI', owner: 'SI' },
  audit_texts: { bot: 'SI', worker: 'I', scheduler: 'sID', cli: 'S', all: 'SID', owner: 'SID' },
  bundle_pieces: { bot: 'SD', worker: 'sID', scheduler: 'sD', all: 'SID', owner: 'SIDT' },
  bundles: { bot: 'Su', worker: 'SIu', all: 'SIu', owner: 'SIUDT' },
  buttons: { bot: 'SI', worker: 'SI', scheduler: 'SID', all: 'SIUD', owner: 'SIUDT' },
  channel_settings: { bot: 'SIU', worker: 'S', scheduler: 'S', all: 'SIUD', owner: 'SIUDT' },
  digests: { bot: 'S', worker: 'Su', scheduler: 'SID', all: 'SIUD', owner: 'SIUDT' },
  directory_snapshot: { bot: 'SIU', worker: 'Su', all: 'SIUD', owner: 'SIUDT' },
  fences: { bot: 'SIU', worker: 'SIU', all: 'SIUD', owner: 'SIUDT' },
  follow_ups: { bot: 'SIu', worker: 'S', scheduler: 'S', all: 'SIu', owner: 'SIuDT' },
  home_viewers: { bot: 'SIU', all: 'SIUD', owner: 'SIUDT' },
  inbox: { bot: 'SIU', scheduler: 'sD', all: 'SIUD', owner: 'SIUDT' },
  incidents: { bot: 'SIu', scheduler: 'sD', all: 'SIuD', owner: 'SIUDT' },
  inventories: { bot: 'S', worker: 'SIu', scheduler: 'sD', cli: 'S', all: 'SIuD', owner: 'SIUDT' },
  kill_switches: { bot: 'SIU', worker: 'S', scheduler: 'S', all: 'SIUD', owner: 'SIUDT' },
  messages: { bot: 'SIU', worker: 'SIu', scheduler: 'SIuD', all: 'SIUD', owner: 'SIUDT' },
  mutes: { bot: 'SIu', worker: 'Su', scheduler: 'sD', all: 'SIuD', owner: 'SIuDT' },
  outbox: { bot: 'SIU', worker: 'SIu', scheduler: 'SIuD', all: 'SIUD', owner: 'SIUDT' },
  remediation_steps: { bot: 'S', worker: 'SIu', scheduler: 'S', all: 'SIUD', owner: 'SIUDT' },
  remediations: { bot: 'Siu', worker: 'Siu', scheduler: 'Su', all: 'SIuD', owner: 'SIuDT' },
  run_probes: { bot: 'S', worker: 'SIU', scheduler: 'S', all: 'SIUD', owner: 'SIUDT' },
  runs: { bot: 'SIu', worker: 'Su', scheduler: 'SIuD', all: 'SIUD', owner: 'SIUDT' },
  signing_start: { bot: 'SI', worker: 'S', scheduler: 'S', cli: 'S', all: 'SI', owner: 'SIUDT' },
  slack_socket_count: { bot: 'SIU', cli: 'S', all: 'SIUD', owner: 'SIUDT' },
  slack_sockets: { bot: 'SIUD', all: 'SIUD', owner: 'SIUDT' },
  target_locks: { bot: 'S', worker: 'S', scheduler: 'S', all: 'S', owner: 'SIUDT' },
  temporary_changes: { worker: 'SIu', scheduler: 'S', all: 'SIu', owner: 'SIuDT' },
  tokens: { bot: 'SIu', all: 'SIu', owner: 'SIUDT' },
  watches: { bot: 'S', worker: 'SIu', all: 'SIu', owner: 'SIUDT' },
};

/** By function: who may call it. */
export const ownersFunctions: Readonly<Record<string, readonly DatabaseLogin[]>> = {
  forget_typed: ['scheduler', 'all', 'owner'],
  lock_audit_head: ['bot', 'worker', 'scheduler', 'all', 'owner'],
  settle_delivery: ['worker', 'all', 'owner'],
};

/** Keys of ours that are no database login. */
export const ownKeys = [
  'AUDIT_KEY',
  'signing key: bot',
  'signing key: worker',
  'signing key: scheduler',
  'TOKEN_KEY',
  'SLACK_BOT_TOKEN',
] as const;
export type OwnKey = (typeof ownKeys)[number];

/**
 * What is worth having, where every kind of process has a signing key: T a token of any person; P a button of one's own that
 * decides when an approver presses it; D a decision that a worker carries out; b, w, s a row of the audit that a verifier takes
 * for one of the bot, a worker, the scheduler.
 */
export const holdings = ['T', 'P', 'D', 'b', 'w', 's'] as const;
export type Holding = (typeof holdings)[number];

const pairsOf = <T>(all: readonly T[]): readonly (readonly [T, T])[] =>
  all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));

export type HeldBy = Readonly<Partial<Record<DatabaseLogin, string>>>;
const ofBot = (letters: string): HeldBy => ({ bot: letters, all: letters, owner: letters });
const button = { bot: 'P', worker: 'P', scheduler: 'P', all: 'P', owner: 'P' };
const byKeys: Readonly<Record<string, HeldBy>> = {
  'signing key: bot': ofBot('D'),
  TOKEN_KEY: ofBot('T'),
  SLACK_BOT_TOKEN: button,
  'AUDIT_KEY + signing key: bot': ofBot('Db'),
  'AUDIT_KEY + signing key: worker': { worker: 'w', all: 'w', owner: 'w' },
  'AUDIT_KEY + signing key: scheduler': { scheduler: 's', all: 's', owner: 's' },
  'AUDIT_KEY + TOKEN_KEY': ofBot('T'),
  'AUDIT_KEY + SLACK_BOT_TOKEN': button,
  'signing key: bot + signing key: worker': ofBot('D'),
  'signing key: bot + signing key: scheduler': ofBot('D'),
  'signing key: bot + TOKEN_KEY': ofBot('TD'),
  'signing key: bot + SLACK_BOT_TOKEN': { ...button, ...ofBot('PD') },
  'signing key: worker + TOKEN_KEY': ofBot('T'),
  'signing key: worker + SLACK_BOT_TOKEN': button,
  'signing key: scheduler + TOKEN_KEY': ofBot('T'),
  'signing key: scheduler + SLACK_BOT_TOKEN': button,
  'TOKEN_KEY + SLACK_BOT_TOKEN': { ...button, ...ofBot('TP') },
};

/** No key, each key, and each two of them: what each login can do with it, as `integration/store/keys.integration` finds it. */
export const heldKeys: readonly { readonly keys: readonly OwnKey[]; readonly can: HeldBy }[] = [
  [],
  ...ownKeys.map((key) => [key]),
  ...pairsOf(ownKeys),
].map((keys) => ({ keys, can: byKeys[keys.join(' + ')] ?? {} }));
