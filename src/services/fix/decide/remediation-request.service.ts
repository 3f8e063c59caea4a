import { askFacts, mayEnter } from '../../../domain/access/access.ts';
import { everybodyOn, expand, firstAvailable } from '../../../domain/fix/eligibility.ts';
import { approvalValidMs, directoryMaxAgeMs, type Rule } from '../../../domain/fix/policy.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { DecisionInput } from '../contract.ts';
import {
  type Decider,
  forbiddenNow,
  type Judged,
  judge,
  type Outcome,
} from './remediation-decide.service.ts';
import type { DecisionDeps, DecisionRepository, MoveRepository } from './remediation-deps.ts';
import { snapshotDirectory } from './remediation-directory.service.ts';
import { moveRemediation } from './remediation-move.service.ts';
import { isSameChange, sameFix } from './same-fix.ts';

/** Tier 1 is confirmed by the requester alone, so it must be one of its list; else any full member may ask. */
export async function judgeRequester(
  deps: DecisionDeps,
  input: DecisionInput,
  row: Pick<RemediationRow, 'tier' | 'environment'>,
): Promise<Judged> {
  const rule = deps.policy.rule(row.tier);
  const judged = await judge(deps, input, rule?.approvals === 0 ? rule.by : undefined);
  const access = deps.accessOf?.(row.environment);
  if (!judged.ok || access === undefined) return judged;
  // R-A11: to ask for a fix is to start something.
  const wish = { right: 'start', ...present({ channel: input.channel }) } as const;
  const entry = await mayEnter(input.by, wish, access, deps.directory);
  return entry.ok ? judged : { ok: false, why: `access-${entry.why}`, facts: askFacts(access.ask) };
}

/** proposed → requested, and on to approved when the rule needs no other person. */
export async function requestInTx(
  tx: TxOf<DecisionRepository>,
  deps: DecisionDeps,
  row: RemediationRow,
  who: Decider,
  input: Pick<DecisionInput, 'reason'>,
): Promise<Outcome> {
  if (row.state !== 'proposed') {
    const again = row.requesterId === who.personId && (row.state === 'requested' || row.state === 'approved');
    return { moved: false, note: again ? 'already-recorded' : 'too-late' };
  }
  const rule = deps.policy.rule(row.tier);
  if (rule === undefined) return { refused: 'no-approver' };
  const forbidden = await forbiddenNow(tx, deps, row);
  if (forbidden !== undefined) return forbidden;
  const reason = reasonOf(rule, row, input.reason);
  if (reason === undefined) return { refused: 'reason-required' };
  // Before anything is moved: what is refused below must leave the offer as it was.
  const asked = await sameFix(tx, row);
  if (asked !== undefined)
    return {
      refused: isSameChange(row, asked) ? 'asked-elsewhere' : 'target-busy',
      facts: { other: asked.handle },
    };
  const other = rule.approvals === 0 ? await tx.remediations.ahead(row) : undefined;
  if (other?.state === 'indeterminate') return unknownHolder(other);
  const { eligible, asked: askedPeople } = await eligibleFor(tx, deps, rule, who.personId);
  if (eligible.length < Math.max(rule.approvals, 1))
    return { refused: 'no-approver', facts: { needed: rule.approvals } };
  const now = await tx.now();
  const requested = await moveRemediation(tx, deps, row, 'requested', {
    ...who.cause,
    ...(reason === '' ? {} : { reason }),
    event: 'requested',
    change: {
      ...present({ requester: who.cause.by }),
      requesterId: who.personId,
      ...(reason === '' ? {} : { reason }),
      eligible,
      policyVersion: deps.policy.version,
      requestedAt: now,
      requestExpiresAt: new Date(now.getTime() + rule.expiresMs),
      privatePlace: who.privatePlace,
    },
  });
  await tx.remediations.seal(requested);
  if (rule.approvals > 0) {
    await deps.messages.ask(tx, requested, askedPeople);
    await tx.notify('directory', 'refresh');
    return { moved: true, note: 'recorded' };
  }
  return approveInTx(tx, deps, requested, who, { other });
}

/** A typed reason; else the finding, or the run that proposed it; undefined when the tier asks for more. */
function reasonOf(rule: Rule, row: RemediationRow, typed: string | undefined): string | undefined {
  const text = typed?.trim() ?? '';
  if (text !== '' || rule.reason === 'none') return text;
  if (rule.reason === 'required') return undefined;
  return row.findingKey ?? (row.runId === undefined ? undefined : `run ${row.runId}`);
}

/**
 * Who could approve now (R-A8). Expanded from the snapshot where it is fresh, since asking Slack about everybody
 * would not fit into the time of an acknowledgement. From tier 2 on the requester is not among them (R-A4).
 * `asked`: user ids of those who are asked at once.
 */
async function eligibleFor(
  tx: TxOf<'directory'>,
  deps: DecisionDeps,
  rule: Rule,
  requesterId: string,
): Promise<{ readonly eligible: readonly string[]; readonly asked: readonly string[] }> {
  const directory = firstAvailable(snapshotDirectory(tx, directoryMaxAgeMs), deps.directory);
  const everybody = await everybodyOn(rule.by, directory);
  const people = everybody.flatMap(({ userId, standing }) =>
    standing.ok && (rule.approvals === 0 || standing.personId !== requesterId)
      ? [{ userId, personId: standing.personId }]
      : [],
  );
  const first = (await expand(rule.asked, directory)).userIds;
  const asked = people.filter(({ userId }) => first.has(userId));
  // The ids of one person in several workspaces are one person, who is asked once.
  const once = new Map(asked.map(({ userId, personId }) => [personId, userId]));
  return {
    eligible: [...new Set(people.map(({ personId }) => personId))].sort(),
    asked: [...once.values()].sort(),
  };
}

/** Nothing ends it but a person, so whoever wants the same target is told what to do, and does not wait. */
export function unknownHolder(other: RemediationRow): { readonly refused: string; readonly facts: Facts } {
  return { refused: 'target-unknown', facts: { other: other.handle } };
}

/**
 * R-A1: the move itself, after the quorum was counted under this transaction's lock. R-X2: while another fix holds the
 * object it waits for that, and takes the object when it begins.
 */
export async function approveInTx(
  tx: TxOf<MoveRepository>,
  deps: DecisionDeps,
  row: RemediationRow,
  who: Decider,
  { glass, other }: { readonly glass?: true; readonly other: RemediationRow | undefined },
): Promise<Outcome> {
  const now = await tx.now();
  const until = new Date(now.getTime() + approvalValidMs);
  const waits = other === undefined ? {} : { waitsFor: other.id, outcome: waitingFor(other) };
  const facts = {
    ...(glass === true ? { breakGlass: true } : {}),
    ...present({ waitsFor: other?.handle }),
  };
  const approved = await moveRemediation(tx, deps, row, 'approved', {
    ...who.cause,
    // Break-glass has said so already.
    event: glass === true ? 'none' : 'approved',
    facts,
    change: { ...present({ glass }), ...waits, approvedAt: now, approvalExpiresAt: until },
  });
  if (other !== undefined)
    await deps.messages.event(tx, approved, {
      kind: 'waits',
      facts: { other: other.handle, until: until.toISOString() },
    });
  await tx.remediations.seal(approved);
  await tx.notify('directory', 'refresh');
  await tx.notify('remediations', row.id);
  return { moved: true, note: 'recorded' };
}

/** What the row of a fix says while it waits for another one. */
export function waitingFor(other: RemediationRow): Facts & { readonly waiting: string } {
  const waiting = other.state === 'indeterminate' ? 'target-unknown' : 'target';
  return { waiting, other: other.handle };
}
