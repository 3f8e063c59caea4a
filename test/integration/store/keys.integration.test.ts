/**
 * R-A14 to R-A16, R-L9: what each login of the bot's database can do with each key of ours, and with each two of them, tried
 * on a real PostgreSQL. Whoever attacks runs the product's own code with that login, and makes up the keys that they lack.
 */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { newToken, tokenDigest, tokenRandomBytes } from '../../../src/domain/access/token.ts';
import type { Facts } from '../../../src/domain/kernel/facts.ts';
import { type ProcessKind, processKinds } from '../../../src/domain/kernel/process-kind.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { newSigningKey, signerOf, trustIn } from '../../../src/domain/kernel/signing.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { createSeal } from '../../../src/platform/slack/seal.ts';
import { applicationRole, kindRole } from '../../../src/platform/store/connection.ts';
import { createStore, type PostgresStore, type StoreOptions } from '../../../src/platform/store/store.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createButtons } from '../../../src/services/message/buttons.service.ts';
import { createTokenService } from '../../../src/services/token/token.service.ts';
import { createHarness, person } from '../../support/approvals.ts';
import {
  type DatabaseLogin,
  type Holding,
  heldKeys,
  holdings,
  logins,
  type OwnKey,
} from '../../support/database-rights.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';

const postgres = usePostgres();
const pairs = { bot: newSigningKey(), worker: newSigningKey(), scheduler: newSigningKey() };
const trust = trustIn({
  bot: [pairs.bot.publicKey],
  worker: [pairs.worker.publicKey],
  scheduler: [pairs.scheduler.publicKey],
});
const tokenKey = 'the key of tokens, which is long enough';
const seal = createSeal(new Secret('xoxb-1'));
const madeUp = {
  auditKey: { id: auditKey.id, secret: 'a secret that somebody has guessed, and wrongly' },
  tokenKey: 'a key of tokens that somebody has guessed',
  seal: createSeal(new Secret('xoxb-2')),
};

/** With an open request in it that wants one approval. */
let whole: TestDatabase;
let requestId = '';
let planHash = '';

const open: PostgresStore[] = [];
function storeAt(options: Partial<StoreOptions> & Pick<StoreOptions, 'database'>): PostgresStore {
  const store = createStore({ auditKey, logger: silentLogger, poolSize: 2, ...options });
  open.push(store);
  return store;
}

/** As the product runs: a login, the keys of its kind. */
async function ours(kind: 'bot' | 'worker', database: TestDatabase): Promise<PostgresStore> {
  const own = kind === 'bot' ? { seal } : {};
  return storeAt({
    ...{ database: { url: await database.kindUrl(kind) }, role: kindRole(kind), ...own },
    signer: signerOf(pairs[kind].privateKey),
  });
}

/** As somebody with this login and these keys. */
async function theirs(
  login: DatabaseLogin,
  keys: readonly OwnKey[],
  database: TestDatabase,
  holding: Holding,
): Promise<PostgresStore> {
  const wanted: ProcessKind = holding === 'w' ? 'worker' : holding === 's' ? 'scheduler' : 'bot';
  const signs = [wanted, ...processKinds].find((kind) => keys.includes(`signing key: ${kind}`));
  return storeAt({
    ...(await loginOf(login, database)),
    auditKey: keys.includes('AUDIT_KEY') ? auditKey : madeUp.auditKey,
    seal: keys.includes('SLACK_BOT_TOKEN') ? seal : madeUp.seal,
    signer: signs === undefined ? undefined : signerOf(pairs[signs].privateKey),
  });
}

async function loginOf(login: DatabaseLogin, database: TestDatabase) {
  if (login === 'owner') return { database: { url: database.loginUrl }, role: null };
  if (login !== 'all') return { database: { url: await database.kindUrl(login) }, role: kindRole(login) };
  const url = new URL(await database.kindUrl('bot'));
  url.username = 'login_of_all';
  return { database: { url: url.href }, role: applicationRole };
}

beforeAll(async () => {
  whole = await postgres.migrated();
  await whole.kindUrl('bot');
  await whole.sql(
    `DO $$ BEGIN CREATE ROLE login_of_all LOGIN PASSWORD 'kind_pass' IN ROLE aetherius_app;
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  const bot = await ours('bot', whole);
  await bot.tx(async (tx) => {
    await tx.audit.beginSigning();
    await tx.audit.append({ actor: 'system', actorTeam: '-', action: 'signing.began' });
  });
  const h = createHarness(bot, { workerStore: await ours('worker', whole), trust });
  ({ id: requestId, planHash } = await h.requested());
  await h.refresh();
  await Promise.all(open.splice(0).map((store) => store.close()));
});

/** Whether the attempt got through; what the database or the product refuses is its answer. */
const got = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );

interface Attack {
  readonly database: TestDatabase;
  readonly store: PostgresStore;
  readonly keys: readonly OwnKey[];
}

/** What is worth having. Each returns whether it was written, and if so whether our processes believe it. */
const acts: Readonly<Record<Holding, (attack: Attack) => Promise<'believed' | 'refused' | 'unwritten'>>> = {
  async D({ database, store }) {
    const attacker = createHarness(store, { trust });
    if (!(await got(attacker.service.approve(attacker.input(requestId, 'ULEAD'))))) return 'unwritten';
    const h = createHarness(await ours('bot', database), {
      ...{ workerStore: await ours('worker', database), trust },
      action: { stableForMs: 0, verifyWithinMs: 500 },
    });
    await h.execute(requestId);
    return h.world.effects.length > 0 ? 'believed' : 'refused';
  },
  b: (attack) => appended(attack, 'slack.test'),
  w: (attack) => appended(attack, 'step.intent'),
  s: (attack) => appended(attack, 'audit.texts-removed'),
  async T({ database, store, keys }) {
    const made = newToken(randomBytes(tokenRandomBytes));
    const owner = asPerson(member.userId);
    const expiresAt = new Date(Date.now() + 86_400_000);
    const key = keys.includes('TOKEN_KEY') ? tokenKey : madeUp.tokenKey;
    const digest = tokenDigest(key, made.text, { owner, expiresAt });
    const written = store.tx((tx) =>
      tx.tokens.insert({ id: made.id, digest, owner, name: 'laptop', expiresAt }),
    );
    if (!(await got(written))) return 'unwritten';
    const check = createTokenService({
      ...{ store: await ours('bot', database), directory: directoryOf(), keys: [tokenKey] },
      ...{ clock: systemClock, random: randomBytes },
    }).check({ token: made.text, command: 'history', requestId: 'cli:1' });
    return (await got(check)) ? 'believed' : 'refused';
  },
  async P({ database, store }) {
    const [id, message] = [systemIds.token(), systemIds.uuid()];
    const written = store.tx(async (tx) => {
      await tx.messages.post({
        ...{ id: message, purpose: 'root', channel: 'C1', rendered: { text: 'Pizza?' }, urgency: 'answer' },
      });
      await tx.buttons.create({
        ...{ id, purpose: 'approve', remediationId: requestId, planHash, places: [message], ttlMs: 60_000 },
      });
    });
    if (!(await got(written))) return 'unwritten';
    await database.sql(`UPDATE messages SET ts = '1.1' WHERE id = '${message}'`);
    const press = createButtons({
      ...{ store: await ours('bot', database), ids: systemIds, clock: systemClock, logger: silentLogger },
      redraw: () => Promise.resolve(),
    }).deciding({
      ...{ id, place: { channel: 'C1', ts: '1.1' }, purposes: ['approve'], by: person('ULEAD') },
      ...{ requestId: 'q', payloadDigest: 'd' },
    });
    return (await got(press)) ? 'believed' : 'refused';
  },
};

let through = 0;
async function appended({ database, store }: Attack, action: string) {
  // Such a row of the scheduler never goes back.
  const facts: Facts = { through: (through += 1) };
  let seq = 0;
  const written = store.tx(async (tx) => {
    ({ seq } = await tx.audit.append({ actor: 'T:U1', actorTeam: 'T', action, facts }));
  });
  if (!(await got(written))) return 'unwritten';
  const keys = new Map([[auditKey.id, auditKey.secret]]);
  const seen = await createAuditService({
    ...{ store: await ours('bot', database), keys, trust, places: [] },
  }).verify();
  const faults = seen.verdict === 'intact' ? [] : seen.faults;
  return faults.some((fault) => fault.seq === seq) ? 'refused' : 'believed';
}

/** What was found of these keys, by login. */
async function heldBy(keys: readonly OwnKey[]): Promise<Partial<Record<DatabaseLogin, string>>> {
  const found: Partial<Record<DatabaseLogin, string>> = {};
  let database = await postgres.clone(whole);
  for (const login of logins) {
    let letters = '';
    for (const holding of holdings) {
      const store = await theirs(login, keys, database, holding);
      const outcome = await acts[holding]({ database, store, keys });
      await Promise.all(open.splice(0).map((one) => one.close()));
      if (outcome === 'believed') letters += holding;
      // The request is decided, and the record no longer whole: what follows gets another copy.
      if (holding === 'D' && outcome !== 'unwritten') database = await postgres.clone(whole);
    }
    if (letters !== '') found[login] = letters;
  }
  return found;
}

it.each(
  heldKeys.map(({ keys, can }) => [keys.length === 0 ? 'no key' : keys.join(' and '), keys, can] as const),
)(
  '%s: each login can do with it what is written down, and nothing else',
  { timeout: 120_000 },
  async (_name, keys, can) => {
    expect(await heldBy(keys)).toEqual(can);
  },
);
