import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { muteModal } from '../bot/views/mute.view.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { mostMuteMs, type Sign } from '../domain/mute/mute.ts';
import { partIds } from '../domain/platform/part.ts';
import type { Button } from '../domain/ports/buttons.ts';
import { severities } from '../domain/probe/finding.ts';
import type { FindingCode } from '../domain/probe/findings.ts';
import type { MuteInput } from '../services/mute/contract.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { durationMs } from './grammar/command.ts';
import { inputText } from './modal-state.ts';
import { askedBy, partWord } from './mute.ts';
import type { ButtonArgs } from './remediation.action.ts';

const Metadata = z.object({
  button: z.string().max(64),
  channel: z.string().max(32).optional(),
  threadTs: z.string().max(32).optional(),
});

type Meant = Pick<MuteInput, 'environment' | 'part' | 'cause'> & Required<Pick<MuteInput, 'seen'>>;

/** What the button of a finding or of a diagnosis names; a process of ours wrote it. */
function meantBy({ data }: Button): Meant {
  const part = partIds.find((id) => id === data.part);
  const severity = severities.find((name) => name === data.severity);
  if (part === undefined || severity === undefined)
    throw new AppError('BUG', 'a button that mutes names no cause');
  const findings = String(data.findings ?? '');
  const evidence = findings.split(', ').flatMap((one): readonly Sign[] => {
    const [code, of] = one.split(' ');
    const about = partIds.find((id) => id === of);
    return about === undefined ? [] : [{ code: code as FindingCode, part: about }];
  });
  return {
    ...{ environment: String(data.environment ?? ''), part, cause: String(data.cause ?? '') },
    seen: { severity, ...(findings === '' ? {} : { evidence }) },
  };
}

/** "Mute …" below a finding: asks how long and why. */
export function muteAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const id = buttonIdIn(body);
    await deps.door.enter(request, { right: 'read' });
    const button = await findButton(deps.buttons, id, ['mute'], request);
    const meant = meantBy(button);
    await deps.door.enter(request, { right: 'read', environment: meant.environment });
    const { channel, threadTs, messageTs } = request.delivery;
    const metadata = JSON.stringify({ button: id, channel, threadTs: threadTs ?? messageTs });
    await deps.slack.views.open({ trigger_id: body.trigger_id, view: muteModal(metadata, meant, words) });
  };
}

/** Who may mute is decided here, by the approval policy. */
export function muteModalSubmission(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { button: id, channel, threadTs } = Metadata.parse(JSON.parse(view.private_metadata));
    const meant = meantBy(await findButton(deps.buttons, id, ['mute'], request));
    const span = inputText(view, inputs.span);
    const forMs = span === '30d' ? mostMuteMs : durationMs(span);
    await deps.door.deciding.mutes.set({
      ...askedBy(deps, request, { channel, threadTs }),
      ...{ ...meant, kind: span === 'known' ? 'known' : 'mute', reason: inputText(view, inputs.reason) },
      ...present({ forMs }),
    });
  };
}

/** "Lift the mute", wherever one is shown. */
export function muteLiftAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await findButton(deps.buttons, buttonIdIn(body), ['mute-lift'], request);
    const { channel, threadTs, messageTs } = request.delivery;
    const lifted = await deps.door.deciding.mutes.lift({
      ...askedBy(deps, request, { channel, threadTs: threadTs ?? messageTs }),
      which: { id: String(button.data.mute ?? '') },
    });
    if (channel !== undefined && !channel.startsWith('D')) return;
    const words = await deps.words(request.person.userId);
    const { cause, part } = lifted;
    const said = words.say('mute.done.lifted', { cause, part: partWord(part, words) });
    await deps.answers.privately(request.delivery, plainAnswer(said, words));
  };
}
