import type { Button, KnownBlock, ModalView } from '@slack/types';
import type { Person } from '../../domain/kernel/person.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { ShownMute } from '../../domain/message/shown-mute.ts';
import type { ConfiguredKnown, Mute, Quiet, Quieted, Sign } from '../../domain/mute/mute.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Severity } from '../../domain/probe/finding.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { actionIds, callbacks, inputs, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, section } from './blocks.ts';
import { inputBlock, modal, reasonInput } from './modals.view.ts';
import { option } from './option.ts';
import { listOf, partName, who } from './phrases.ts';

const shown = { listed: 20, inLine: 4 } as const;

/** "Muted until 18:00 by @name: planned". */
export function muteLine(by: Quiet, words: Words): string {
  const { reason } = by;
  if (by.kind === 'configured') return words.say('mute.configured', { reason });
  const facts = { reason, who: markup(who(by.by, words)) };
  if (by.until === undefined) return words.say('mute.known', facts);
  const key = by.whileThere ? 'mute.while-there' : 'mute.until';
  return words.say(key, { ...facts, until: by.until.toISOString() });
}

/** Which cause of which part. */
const causeName = ({ part, cause }: Pick<Mute, 'part' | 'cause'>, words: Words): string =>
  words.say('mute.short', { cause, part: partName(part, words) });

export const liftButtonOf = (lift: string, words: Words): Button =>
  button({ actionId: actionIds.muteLift, value: lift, label: words.plain('button.mute-lift') }, words);
export const muteButtonOf = (value: string, words: Words): Button =>
  button({ actionId: actionIds.mute, value, label: words.plain('button.mute') }, words);

/** Below a finding or a diagnosis. One block a button: an action_id is unique within its block only. */
export function muteBlocks(mutes: readonly ShownMute[], words: Words): KnownBlock[] {
  return mutes.flatMap(({ by, lift }) => [
    context(`${causeName(by, words)} · ${muteLine(by, words)}`, words),
    ...(lift === undefined ? [] : actions([liftButtonOf(lift, words)])),
  ]);
}

/** In the answer of a health check: one line, with who muted what and until when. */
export function mutedLine(muted: readonly Quiet[], words: Words): string | undefined {
  const causes = causesWithHow(muted, words);
  return causes.length === 0 ? undefined : words.say('mute.health', { what: markup(some(causes, words)) });
}

/** In a digest: one line, with who muted what and until when. */
export function mutedInDigest(muted: readonly Quieted[], words: Words): string | undefined {
  if (muted.length === 0) return undefined;
  const said = causesWithHow(
    muted.map(({ by }) => by),
    words,
  );
  return words.say('mute.digest', { count: muted.length, what: markup(some(said, words)) });
}

/** Each of them once. */
function causesWithHow(muted: readonly Quiet[], words: Words): readonly string[] {
  const each = muted.map((by) =>
    words.say('mute.digest.one', { cause: markup(causeName(by, words)), how: markup(howShort(by, words)) }),
  );
  return [...new Set(each)];
}

/** What the configuration of these environments accepts for good: one line. */
export function acceptedLine(
  accepted: readonly (ConfiguredKnown & { readonly environment: string })[],
  words: Words,
): string | undefined {
  const each = accepted.map(({ environment, reason, ...one }) =>
    words.say('mute.accepted.one', { cause: markup(causeName(one, words)), environment, reason }),
  );
  return each.length === 0 ? undefined : words.say('mute.accepted', { what: markup(some(each, words)) });
}

function howShort(by: Quiet, words: Words): string {
  const { reason } = by;
  if (by.kind === 'configured') return words.say('mute.digest.configured', { reason });
  const facts = { reason, who: markup(who(by.by, words)) };
  if (by.until === undefined) return words.say('mute.digest.known', facts);
  return words.say('mute.digest.until', { ...facts, until: by.until.toISOString() });
}

function some(all: readonly string[], words: Words): string {
  const first = all.slice(0, shown.inLine);
  const left = all.length - first.length;
  return listOf(left > 0 ? [...first, words.say('mute.more', { count: left })] : first, words);
}

function wholeLine(by: Mute, words: Words): string {
  return words.say('mute.line', {
    ...{ cause: by.cause, environment: by.environment, part: partName(by.part, words) },
    how: markup(muteLine(by, words)),
  });
}

/** What the place reads where somebody muted something, or lifted that. */
export function muteSaid(
  what: { readonly mute: Mute; readonly lift: string } | { readonly mute: Mute; readonly lifted: Person },
  words: Words,
): Rendered {
  const { mute } = what;
  const text =
    'lift' in what
      ? wholeLine(mute, words)
      : words.say('mute.lifted', {
          ...{ cause: mute.cause, environment: mute.environment, part: partName(mute.part, words) },
          who: markup(who(what.lifted, words)),
        });
  return {
    text: cut(text, limits.messageText, words),
    blocks: [
      section(text, words),
      ...('lift' in what
        ? [context(words.say('mute.what'), words), ...actions([liftButtonOf(what.lift, words)])]
        : []),
    ] satisfies KnownBlock[],
    metadata: { eventType: messageEventType, payload: { kind: 'mute' } },
  };
}

export interface ListedMute {
  readonly mute: Mute;
  readonly lift: string;
}

/** One block each, with its button; the same in an answer and in App Home. */
export function listedMutes(mutes: readonly ListedMute[], words: Words): KnownBlock[] {
  return mutes.slice(0, shown.listed).map(({ mute, lift }) => ({
    ...section(wholeLine(mute, words), words),
    accessory: liftButtonOf(lift, words),
  }));
}

export function mutesAnswer(
  mutes: readonly ListedMute[],
  configured: Parameters<typeof acceptedLine>[0],
  words: Words,
): Rendered {
  const accepted = acceptedLine(configured, words);
  const head = mutes.length === 0 ? words.say('mute.none') : words.say('mute.title');
  const more = mutes.length - shown.listed;
  return {
    text: cut(
      [
        head,
        ...mutes.map(({ mute }) => wholeLine(mute, words)),
        ...(accepted === undefined ? [] : [accepted]),
      ].join('\n'),
      limits.messageText,
      words,
    ),
    blocks: [
      section(head, words),
      ...listedMutes(mutes, words),
      ...(more > 0 ? [context(words.say('mute.more', { count: more }), words)] : []),
      ...(accepted === undefined ? [] : [context(accepted, words)]),
      context(words.say('mute.how'), words),
    ],
  };
}

/** How long, as it is typed and chosen; a critical cause has an end. */
export const muteSpans = ['1h', '4h', '1d', '7d', '30d'] as const;
export const endless = ['gone', 'known'] as const;

/** @param metadata names the button and the place; who may mute is decided on submission. */
export function muteModal(
  metadata: string,
  asked: {
    readonly environment: string;
    readonly part: PartId;
    readonly cause: string;
    readonly seen: { readonly severity: Severity; readonly evidence?: readonly Sign[] };
  },
  words: Words,
): ModalView {
  const { severity, evidence } = asked.seen;
  // Only a finding is accepted for good, never a cause of a diagnosis.
  const open =
    severity === 'critical' ? [] : endless.filter((one) => one === 'gone' || evidence === undefined);
  const spans = [...muteSpans, ...open].map((span) =>
    option(words.plain(`modal.mute.for.${span}`), span, words),
  );
  return modal('modal.mute.title', 'modal.submit.mute', callbacks.muteModal, metadata, words, [
    section(
      words.say('modal.mute.what', {
        what: markup(causeName(asked, words)),
        environment: escapeMrkdwn(asked.environment),
      }),
      words,
    ),
    inputBlock(inputs.span, words.plain('modal.mute.for'), words, {
      type: 'static_select',
      action_id: inputs.span,
      options: spans,
      ...(spans[0] === undefined ? {} : { initial_option: spans[0] }),
    }),
    reasonInput(words.plain('modal.mute.reason'), words),
  ]);
}
