import type { Person } from '../../domain/kernel/person.ts';
import type { Mute, MuteKind, Sign } from '../../domain/mute/mute.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Severity } from '../../domain/probe/finding.ts';
import type { Language } from '../../domain/run/run.ts';

/** Who asks for it, and where; the place is told of it. */
interface Asked {
  readonly by: Person;
  /** Where it was asked, for R-S7; what is muted is said there. */
  readonly channel?: string;
  readonly threadTs?: string;
  readonly language?: Language;
  readonly requestId: string;
  readonly payloadDigest: string;
}

export interface MuteInput extends Asked {
  readonly environment: string;
  readonly kind: MuteKind;
  readonly part: PartId;
  /** Code of a finding, or the id of a cause (`D3.a`). */
  readonly cause: string;
  /** As it was seen; without it the bot looks it up in what it has stored. */
  readonly seen?: { readonly severity: Severity; readonly evidence?: readonly Sign[] };
  /** Absent: until it is gone; also of what is accepted for good. */
  readonly forMs?: number;
  readonly reason: string;
}

export interface LiftInput extends Asked {
  /** A mute by its id, or what it covers. */
  readonly which:
    | { readonly id: string }
    | { readonly environment: string; readonly part: PartId; readonly cause: string };
}

export interface MuteService {
  /**
   * AppError NOT_ALLOWED for whoever may not decide there, which is written down; INVALID_INPUT for a cause that there is
   * not, for one of a diagnosis that was not confirmed lately, for what is critical without an end, and for a time that is
   * too long.
   */
  set(input: MuteInput): Promise<Mute>;
  /** AppError NOT_FOUND where nothing of the kind is muted. */
  lift(input: LiftInput): Promise<Mute>;
  /** Those that have not ended. */
  list(environment?: string): Promise<readonly Mute[]>;
}
