import { createPace } from '../../domain/access/pace.ts';
import {
  matchesDigest,
  newToken,
  tokenDigest,
  tokenId,
  tokenRandomBytes,
} from '../../domain/access/token.ts';
import { unwrittenFacts } from '../../domain/audit/bounded.ts';
import { personId } from '../../domain/fix/approval.ts';
import { type Directory, standingOf } from '../../domain/fix/eligibility.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import { Secret } from '../../domain/kernel/secret.ts';
import { cutToUnits, visible } from '../../domain/kernel/text.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { StoredToken } from '../../domain/ports/tokens.ts';
import type { AskedBy, TokenCheck, TokenLine, TokenService } from './contract.ts';

export interface TokenDeps {
  readonly store: StoreOf<'tokens' | 'audit'>;
  /** Who people are, asked now. */
  readonly directory: Directory;
  /** The first makes digests, all check them; empty: this installation issues no tokens. */
  readonly keys: readonly string[];
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
}

const dayMs = 86_400_000;
const mostDays = 90;
/** A person has so many machines. */
const mostOfOne = 10;
/** Commands of one token within a minute. */
const mostUses = 120;
/** Wrong tokens within a minute that are written down; the others are refused unwritten. */
const mostWrong = 30;
const longestName = 60;

/** Issues personal tokens, shows and revokes them, and says whom one speaks for (R-A14). */
export function createTokenService(deps: TokenDeps): TokenService & TokenCheck {
  const { store, directory, keys, clock } = deps;
  const pace = createPace();
  let unwritten = 0;
  return {
    async issue({ name, days, ...asked }) {
      const [key] = keys;
      if (key === undefined) throw refusal('token-off');
      const { by } = asked;
      if (!(days >= 1)) throw new AppError('INVALID_INPUT', 'a token needs an end');
      const standing = await standingOf(by, directory);
      const refuse = async (reason: string): Promise<AppError> => {
        await store.tx((tx) => audit(tx, asked, 'token.refused', { reason }));
        return refusal(reason);
      };
      if (!standing.ok) throw await refuse(standing.why);
      const made = newToken(deps.random(tokenRandomBytes));
      const line = await store.tx(async (tx) => {
        if ((await tx.tokens.live(by)).length >= mostOfOne) return undefined;
        const expiresAt = new Date((await tx.now()).getTime() + Math.min(days, mostDays) * dayMs);
        const digest = tokenDigest(key, made.text, { owner: by, expiresAt });
        const clean = cutToUnits(visible(name).trim(), longestName);
        await tx.tokens.insert({ id: made.id, digest, owner: by, name: clean, expiresAt });
        await audit(tx, asked, 'token.issued', {
          token: made.id,
          name: clean,
          until: expiresAt.toISOString(),
        });
        const row = await tx.tokens.get(made.id);
        if (row === undefined) throw new AppError('BUG', 'a token disappeared');
        return lineOf(row);
      });
      if (line === undefined) throw await refuse('token-too-many');
      return { ...line, text: new Secret(made.text) };
    },
    list: (by) => store.tx(async (tx) => (await tx.tokens.live(by)).map(lineOf)),
    async revoke({ id, ...asked }) {
      return store.tx(async (tx) => {
        const row = await tx.tokens.get(id);
        if (row === undefined || !(await tx.tokens.revoke(id, asked.by)))
          throw new AppError('NOT_FOUND', 'no such token of this person', {
            facts: { reason: 'no-token', id },
          });
        await audit(tx, asked, 'token.revoked', { token: id });
        return lineOf(row);
      });
    },
    async check({ token, command, requestId }) {
      const now = clock.now().getTime();
      const refuse = async (reason: string, of?: StoredToken): Promise<AppError> => {
        const seconds = pace.take([['wrong', mostWrong]], now);
        if (seconds !== undefined) {
          unwritten += 1;
          return refusal('token-too-often', { seconds });
        }
        const left = unwrittenFacts({ unwritten });
        unwritten = 0;
        const facts = { reason, command, ...present({ token: of?.id ?? tokenId(token) }), ...left };
        await store.tx((tx) =>
          tx.audit.append({ ...actorOf(of?.owner), action: 'token.refused', requestIds: [requestId], facts }),
        );
        return refusal(reason);
      };
      const id = tokenId(token);
      const { row, at } = await store.tx(async (tx) => ({
        row: id === undefined ? undefined : await tx.tokens.get(id),
        at: await tx.now(),
      }));
      // Of a token that is not the right one nothing is said, not even whether there is one of that id.
      if (row === undefined || !matchesDigest(keys, token, row, row.digest))
        throw await refuse('token-wrong');
      if (row.revokedAt !== undefined) throw await refuse('token-revoked', row);
      if (row.expiresAt <= at) throw await refuse('token-expired', row);
      const seconds = pace.take([[`token ${row.id}`, mostUses]], now);
      if (seconds !== undefined) throw refusal('token-too-often', { seconds });
      const person: Person = { ...row.owner, via: 'command-line', token: row.id };
      const standing = await standingOf(person, directory);
      if (!standing.ok) throw await refuse(standing.why, row);
      await store.tx(async (tx) => {
        await tx.tokens.used(row.id);
        await tx.audit.append({
          actor: standing.personId,
          actorTeam: person.teamId,
          action: 'token.used',
          requestIds: [requestId],
          facts: { token: row.id, command },
        });
      });
      return person;
    },
  };
}

function audit(
  tx: TxOf<'audit'>,
  { by, requestId, payloadDigest }: AskedBy,
  action: string,
  facts: Facts,
): Promise<unknown> {
  return tx.audit.append({ ...actorOf(by), action, requestIds: [requestId], payloadDigest, facts });
}

function actorOf(person: Pick<Person, 'teamId' | 'userId' | 'enterpriseId'> | undefined) {
  return person === undefined
    ? { actor: 'unknown', actorTeam: '-' }
    : { actor: personId(person), actorTeam: person.teamId };
}

function refusal(reason: string, facts: Facts = {}): AppError {
  return new AppError('NOT_ALLOWED', `refused: ${reason}`, { facts: { ...facts, reason } });
}

function lineOf({ id, name, createdAt, expiresAt, lastUsedAt }: StoredToken): TokenLine {
  return { id, name, createdAt, expiresAt, ...present({ lastUsedAt }) };
}
