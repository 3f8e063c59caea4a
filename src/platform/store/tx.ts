import type { Ids } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Signer } from '../../domain/kernel/signing.ts';
import type { Seal } from '../../domain/message/seal.ts';
import type { Topic, Tx } from '../../domain/ports/store.ts';
import { createAlerts } from './alerts.ts';
import { type AuditKey, createAudit } from './audit.ts';
import { createBundles } from './bundles.ts';
import { createButtons } from './buttons.ts';
import { createChannels } from './channels.ts';
import { createDigests } from './digests.ts';
import { createDirectory } from './directory.ts';
import { ids as asIds, type RedactorOf } from './gate.ts';
import { createInbox } from './inbox.ts';
import { createInventories } from './inventories.ts';
import { createKillSwitches } from './kill-switches.ts';
import { channelOf } from './listener.ts';
import { createMessages } from './messages.ts';
import { createMutes } from './mutes.ts';
import type { Query } from './query.ts';
import { createRemediations, safeNow } from './remediations.ts';
import { createRetention } from './retention.ts';
import { createRuns } from './runs.ts';
import { createSlackSockets } from './slack-sockets.ts';
import { createTemporaries } from './temporaries.ts';
import { createTokens } from './tokens.ts';
import { createWatches } from './watches.ts';

/** Everything of one transaction over its one connection. */
export function createTx(options: {
  readonly query: Query;
  readonly ids: Ids;
  readonly auditKey: AuditKey;
  readonly signer?: Signer | undefined;
  /** R-A10: of the bot alone. */
  readonly seal?: Seal | undefined;
  /** By the run that something belongs to. */
  readonly redactorOf: RedactorOf;
  readonly onBrokenRecord?: ((facts: Facts) => void) | undefined;
}): Tx {
  const { query, ids, auditKey, redactorOf, signer, seal, onBrokenRecord: onBroken } = options;
  const redactor = redactorOf(undefined);
  const notify = async (topic: Topic, payload: string) => {
    await query('SELECT pg_notify($1, $2)', asIds(channelOf(topic), payload));
  };
  return {
    async now() {
      const { rows } = await query<{ now: Date }>(`SELECT ${safeNow} AS now`);
      if (rows[0] === undefined) throw new AppError('BUG', 'the database returned no time');
      return rows[0].now;
    },
    inbox: createInbox(query),
    runs: createRuns(query),
    messages: createMessages(query, ids, { seal, redactorOf }),
    buttons: createButtons(query, seal),
    remediations: createRemediations(query, redactor, signer),
    audit: createAudit(query, auditKey, redactor, { signer, onBroken }),
    channels: createChannels(query),
    digests: createDigests(query),
    killSwitches: createKillSwitches(query),
    directory: createDirectory(query),
    temporaries: createTemporaries(query),
    tokens: createTokens(query),
    slackSockets: createSlackSockets(query),
    retention: createRetention(query),
    bundles: createBundles(query),
    inventories: createInventories(query),
    alerts: createAlerts(query),
    watches: createWatches(query),
    mutes: createMutes(query, redactor),
    notify,
  };
}
