import { timingSafeEqual } from 'node:crypto';
import type { Directory } from '../domain/fix/eligibility.ts';
import type { ApprovalsConfig } from '../domain/fix/policy.ts';
import { sha256 } from '../domain/kernel/canonical.ts';
import type { Person } from '../domain/kernel/person.ts';
import { present } from '../domain/kernel/present.ts';
import type { Secret } from '../domain/kernel/secret.ts';
import { UsageFault } from './faults.ts';

/**
 * Who this shell speaks for: the person of `approvals.commandLine` whose token it has. The workspace comes from
 * the directory, never from the shell; what the person may do is decided later, as for a click.
 */
export async function personOfToken(
  token: Secret | undefined,
  approvals: ApprovalsConfig | undefined,
  directory: Directory,
): Promise<Person> {
  if (token === undefined) throw new UsageFault('cli.fault.token-missing');
  const given = digest(token.reveal());
  let userId: string | undefined;
  for (const [id, { token: own }] of Object.entries(approvals?.commandLine?.people ?? {})) {
    // One whose secret is not on this machine is somebody else; all are compared, so that time tells nothing.
    const known = await own.reveal().catch(() => undefined);
    if (known !== undefined && timingSafeEqual(digest(known), given)) userId = id;
  }
  if (userId === undefined) throw new UsageFault('cli.fault.token-unknown');
  const [found, installed] = await Promise.all([directory.person(userId), directory.installation()]);
  const teamId =
    'known' in found ? found.known.teamId : 'known' in installed ? installed.known.teamIds[0] : undefined;
  if (teamId === undefined) throw new UsageFault('cli.fault.token-workspace');
  const enterpriseId = 'known' in found ? found.known.enterpriseId : undefined;
  return { teamId, userId, via: 'command-line', ...present({ enterpriseId }) };
}

/** Equal lengths for the comparison. */
function digest(text: string): Buffer {
  return Buffer.from(sha256(text), 'hex');
}
