import type { Facts } from '../../domain/kernel/facts.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import type { Language } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { cut, limits, section } from './blocks.ts';
import { digestMessage } from './digest.view.ts';
import { errorText } from './errors.view.ts';
import { findingMessage, offerRefusedMessage } from './finding.view.ts';
import { healthMessage } from './health.view.ts';
import { otherFixesMessage } from './other-fixes.view.ts';
import { remediationTitlePlain } from './phrases.ts';
import { remediationCard, remediationLine } from './remediation.view.ts';
import { heldBlocks, heldLines } from './switches.ts';

/** The words and blocks behind the services' `Renderer`: pure, one function a message. */
export function rendererOf(platformOf: PlatformOf): Renderer {
  const wordsOf = (environment: string, language: Language) => wordsIn(language, platformOf(environment));
  return {
    health: (view, language) => healthMessage(view, wordsOf(view.run.environment, language)),
    finding: (view, language) => findingMessage(view, wordsOf(view.run.environment, language)),
    runFailed: ({ run, reference, error }, language) => {
      const { environment } = run;
      const words = wordsOf(environment, language);
      const text = cut(
        words.say('run.failed', { environment, reason: markup(errorText(error, reference, words)) }),
        limits.messageText,
        words,
      );
      const metadata = { eventType: messageEventType, payload: { run_id: run.id, kind: 'run-failed' } };
      return { text, blocks: [section(text, words)], metadata };
    },
    offerRefused: (view, language) => offerRefusedMessage(view, wordsOf(view.run.environment, language)),
    otherFixes: (view, language) => otherFixesMessage(view, wordsOf(view.run.environment, language)),
    remediation: (view, language) => remediationCard(view, wordsOf(view.remediation.environment, language)),
    remediationEvent: (event, language) =>
      remediationLine(event, wordsOf(event.remediation.environment, language)),
    page: (event, row, language) => {
      const { handle, environment } = row;
      const words = wordsOf(environment, language);
      const remediation = remediationTitlePlain(row, words);
      return words.plain(`page.${event}`, { handle, environment, remediation });
    },
    digest: ({ difference, run, runId, held, followUps = [], overdue = [], fixes = [] }, language) => {
      const words = wordsOf(run.environment, language);
      return withHeld(
        digestMessage(difference, { followUps, overdue, fixes }, { runId, words }),
        held,
        words,
      );
    },
  };
}

/** Below the first line: what everybody must know who reads on. */
function withHeld(rendered: Rendered, held: Facts | undefined, words: Words): Rendered {
  if (held === undefined) return rendered;
  const [head, ...rest] = rendered.blocks ?? [];
  const text = cut([rendered.text, ...heldLines(held, words)].join('\n'), limits.messageText, words);
  return { ...rendered, text, blocks: [head, ...heldBlocks(held, words), ...rest] };
}
