import type { HomeView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Delivery } from '../bot/receive/delivery.ts';
import type { Answers } from '../bot/send/answers.ts';
import type { Offered } from '../bot/views/menus.view.ts';
import type { Tier } from '../domain/fix/remediation.ts';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import type { Person } from '../domain/kernel/person.ts';
import type { ConfiguredKnown } from '../domain/mute/mute.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Language } from '../domain/run/run.ts';
import type { Buttons } from '../services/message/contract.ts';
import type { Words } from '../text/words.ts';
import type { Door } from './door.ts';
import type { Known } from './grammar/in-words.ts';

/** What the entry points in Slack work with; `main` fills it in. */
export interface HandlerDeps {
  readonly door: Door;
  readonly settings: HandlerSettings;
  readonly answers: Answers;
  /** What Slack said before of a channel counts no longer. */
  readonly forgetChannel: (channel: string) => void;
  /** Bolt's own client sends texts as they are, so no entry point uses it. */
  readonly slack: Pick<WebClient, 'views' | 'conversations'>;
  readonly buttons: Buttons;
  /** In the reader's own language (private answers, modals, Home). */
  readonly words: (userId: string | undefined) => Promise<Words>;
  /** Why this person may decide nothing at all (`whoami.reason.<why>`); undefined for a full member. */
  readonly barred: (person: Person) => Promise<string | undefined>;
  /** Tiers of risk of which this person may approve fixes that somebody else asked for. */
  readonly tiers: (person: Person) => Promise<readonly Tier[]>;
  /** Where the answers of these runs stand in Slack, by the run; empty when nothing was posted. */
  readonly linksTo: (runIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** What there is to ask for, and how it is called. */
  readonly catalogue: Known & Offered & { partNamed(name: string, environment: string): PartId | undefined };
  readonly home: HomePublisher;
  readonly botUserId: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface HandlerSettings {
  readonly environments: readonly string[];
  channel(id: string): { readonly environment?: string; readonly language: Language };
  readonly defaultEnvironment?: string;
  /** What the configuration of an environment accepts for good. */
  known(environment: string): readonly ConfiguredKnown[];
  /** How often it is watched, in milliseconds; undefined: it is not. */
  watchedEvery(environment: string): number | undefined;
  /** Whether the command line can be answered, and so tokens for it are issued. */
  readonly issuesTokens: boolean;
}

export interface HomePublisher {
  publish(userId: string, view: HomeView): Promise<void>;
  opened(userId: string, teamId: string): Promise<void>;
}

/** The workspace in which something was asked: runs and messages are kept under it. */
export function teamOf(delivery: Delivery): string {
  return delivery.teamIds[0] ?? delivery.person?.teamId ?? '';
}
