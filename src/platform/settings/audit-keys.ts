import type { AuditKeys } from '../../domain/audit/audit.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';

export interface AuditKeyRing {
  /** Signs new rows. */
  readonly current: { readonly id: string; readonly secret: string };
  /** Checks all rows, also those of former keys. */
  readonly all: AuditKeys;
}

/** The keys of the process environment; undefined without AUDIT_KEY. AppError INVALID_INPUT for a malformed list. */
export function auditKeys(
  env: Pick<ProcessEnv, 'AUDIT_KEY' | 'AUDIT_KEY_ID' | 'AUDIT_OLD_KEYS'>,
): AuditKeyRing | undefined {
  if (env.AUDIT_KEY === undefined) return undefined;
  const current = { id: env.AUDIT_KEY_ID, secret: env.AUDIT_KEY.reveal() };
  const old = (env.AUDIT_OLD_KEYS?.reveal() ?? '')
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry): [string, string] => {
      const [, id, secret] = /^\s*([^=\s]+)=(\S+)\s*$/.exec(entry) ?? [];
      if (id === undefined || secret === undefined)
        throw new AppError('INVALID_INPUT', 'AUDIT_OLD_KEYS must be id=key, separated by commas', {
          facts: { reason: 'configuration' },
        });
      return [id, secret];
    });
  return { current, all: new Map([...old, [current.id, current.secret]]) };
}
