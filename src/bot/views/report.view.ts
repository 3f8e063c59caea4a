import type { KnownBlock } from '@slack/types';
import { countPoints } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { IssueReport } from '../../domain/report/issue-report.ts';
import { type Markup, markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { context, cut, limits, preformatted, section } from './blocks.ts';
import { kindOf } from './report-form.view.ts';

/** What a private message holds; longer reports become a file. */
export function fitsInAnswer(text: string): boolean {
  return countPoints(text) <= limits.section;
}

/** The private answer: one block to copy from. `cut`: there is nowhere to attach the whole. */
export function reportAnswer(
  report: IssueReport,
  text: string,
  words: Words,
  form: 'report.answer' | 'report.cut' = 'report.answer',
): Rendered {
  const title = words.say(form, named(report, words));
  return {
    text: cut(title, limits.messageText, words),
    blocks: [
      section(title, words),
      preformatted(text.trimEnd().split('\n'), limits.section, words),
      context(words.say('report.answer.note'), words),
    ] satisfies KnownBlock[],
  };
}

/** Says where the file is. */
export function reportAttached(report: IssueReport, channel: string, words: Words): Rendered {
  const title = words.say('report.attached', { ...named(report, words), channel: place(channel, words) });
  return {
    text: cut(title, limits.messageText, words),
    blocks: [section(title, words), context(words.say('report.answer.note'), words)] satisfies KnownBlock[],
  };
}

function named(report: IssueReport, words: Words) {
  const { environment, time, id } = report.run;
  return { kind: kindOf(report, words), environment, time, run: id.slice(-8) };
}

/** A link, made only from an id of Slack's own (R-S8); a direct message has no name to link to. */
function place(channel: string, words: Words): Markup | string {
  if (channel.startsWith('D')) return words.plain('report.place.direct');
  return /^[CG][A-Z0-9]{2,}$/.test(channel) ? markup(`<#${channel}>`) : channel;
}
