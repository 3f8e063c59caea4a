import type { KnownBlock } from '@slack/types';
import { shortened } from '../../domain/kernel/text.ts';
import type { CollectGap, CollectRenderer, CollectView } from '../../domain/message/collect-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import type { Run } from '../../domain/run/run.ts';
import { entryFault } from '../../text/bundle-page.ts';
import { markup } from '../../text/format.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { plainAnswer } from './answers.view.ts';
import { context, cut, limits, preformatted, section } from './blocks.ts';
import { runFooter, whoAsked } from './phrases.ts';

/** Sources without an answer that are named; the page of the bundle names all. */
const shown = { gaps: 10, characters: 160, all: 2_500 } as const;

export function collectRendererOf(platformOf: PlatformOf): CollectRenderer {
  const wordsOf = ({ environment }: Run, language: Parameters<typeof wordsIn>[0]) =>
    wordsIn(language, platformOf(environment));
  return {
    collect: (view, language) => collectMessage(view, wordsOf(view.run, language)),
    instead: (language) => wordsIn(language).say('collect.instead'),
    elsewhere({ run, why }, language) {
      const words = wordsOf(run, language);
      return plainAnswer(words.say(`collect.elsewhere.${why}`, { who: markup(whoAsked(run, words)) }), words);
    },
  };
}

/** Why a bundle that is whole does not come, under its card. */
export function undeliveredMessage(code: string, words: Words): Rendered {
  const why = words.lookup(`collect.undelivered.${code}`) ?? words.say('collect.undelivered.other', { code });
  return plainAnswer(`:warning: ${words.say('collect.undelivered', { why: markup(why) })}`, words);
}

function collectMessage(view: CollectView, words: Words): Rendered {
  const { run, whole } = view;
  const title = titleOf(view, words);
  const blocks: KnownBlock[] = [section(title, words)];
  blocks.push(...gapBlocks(view.gaps, words));
  if (whole !== undefined)
    blocks.push(
      section(words.say('collect.look'), words),
      context(words.say('collect.kept', { days: whole.days }), words),
      context(words.say('collect.verify', { sha256: whole.sha256 }), words),
    );
  blocks.push(context(runFooter(run, words), words));
  return {
    text: cut(title, limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: run.id, kind: 'collect' } },
  };
}

function titleOf({ run, progress, gaps, whole }: CollectView, words: Words): string {
  const { environment } = run;
  if (whole !== undefined) {
    const { files, bytes, since } = whole;
    const said = words.say('collect.whole', { environment, files, bytes, since });
    const lacking = gaps.length === 0 ? '' : ` ${words.say('collect.lacks', { count: gaps.length })}`;
    return `:package: ${said}${lacking}`;
  }
  return `:package: ${
    progress === undefined
      ? words.say('collect.reading', { environment })
      : words.say('collect.progress', { environment, ...progress })
  }`;
}

function gapBlocks(gaps: readonly CollectGap[], words: Words): readonly KnownBlock[] {
  if (gaps.length === 0) return [];
  const lines = gaps
    .slice(0, shown.gaps)
    .map((gap) => shortened(`${gap.path}: ${entryFault(gap, words) ?? ''}`, shown.characters));
  const more = gaps.length - lines.length;
  return [
    context(words.say('collect.gaps'), words),
    preformatted(lines, shown.all, words),
    ...(more > 0 ? [context(words.say('collect.gaps.more', { count: more }), words)] : []),
  ];
}
