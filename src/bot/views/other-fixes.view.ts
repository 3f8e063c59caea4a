import type { Rendered } from '../../domain/message/rendered.ts';
import type { OtherFixesView } from '../../domain/message/renderer.ts';
import type { Words } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { cut, limits, plainText, section } from './blocks.ts';
import { option } from './option.ts';

/** Slack takes this many options of a select (R-SLACK26). */
const mostOptions = 100;

/** What may be done instead of the recommended fix: a menu, so that one button stands out. */
export function otherFixesMessage({ run, choices }: OtherFixesView, words: Words): Rendered {
  const text = words.say('fix.others', { count: choices.length });
  return {
    text: cut(text, limits.messageText, words),
    blocks: [
      {
        ...section(text, words),
        accessory: {
          type: 'static_select',
          action_id: actionIds.otherFix,
          placeholder: plainText(words.plain('fix.others.choose'), limits.option, words),
          options: choices
            .slice(0, mostOptions)
            .map(({ remediation, params, button }) =>
              option(words.lookupPlain(`remediation.${remediation}`, params) ?? remediation, button, words),
            ),
        },
      },
    ],
    metadata: { eventType: messageEventType, payload: { run_id: run.id, kind: 'other-fixes' } },
  };
}
