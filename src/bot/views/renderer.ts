import type { Renderer } from '../../domain/message/renderer.ts';
import { markup } from '../../text/format.ts';
import { wordsIn } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { cut, limits, section } from './blocks.ts';
import { digestMessage } from './digest.view.ts';
import { errorText } from './errors.view.ts';
import { findingMessage, offerRefusedMessage } from './finding.view.ts';
import { healthMessage } from './health.view.ts';
import { remediationCard, remediationLine } from './remediation.view.ts';

/** The words and blocks behind the services' `Renderer`: pure, one function a message. */
export const renderer: Renderer = {
  health: (view, language) => healthMessage(view, wordsIn(language)),
  finding: (view, language) => findingMessage(view, wordsIn(language)),
  runFailed: ({ run, reference, error }, language) => {
    const words = wordsIn(language);
    const { environment } = run;
    const text = cut(
      words.say('run.failed', { environment, reason: markup(errorText(error, reference, words)) }),
      limits.messageText,
      words,
    );
    const metadata = { eventType: messageEventType, payload: { run_id: run.id, kind: 'run-failed' } };
    return { text, blocks: [section(text, words)], metadata };
  },
  offerRefused: (view, language) => offerRefusedMessage(view, wordsIn(language)),
  remediation: (view, language) => remediationCard(view, wordsIn(language)),
  remediationEvent: (event, language) => remediationLine(event, wordsIn(language)),
  digest: ({ difference, runId }, language) => digestMessage(difference, runId, wordsIn(language)),
};
