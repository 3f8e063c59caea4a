import type { Request } from '../bot/middleware/request.ts';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { tokenModal, tokensAnswer } from '../bot/views/token.view.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import type { Words } from '../text/words.ts';
import type { HandlerDeps } from './deps.ts';
import type { Command } from './grammar/command.ts';

interface Asked {
  readonly request: Request;
  readonly words: Words;
  readonly triggerId?: string;
}

/** `/aetherius token`: issues one in a modal, lists one's own, revokes one. Undefined: the modal is the answer. */
export async function answerToken(
  { door, slack, settings }: HandlerDeps,
  { request, words, triggerId }: Asked,
  { change }: Extract<Command, { kind: 'token' }>,
): Promise<Rendered | undefined> {
  const { tokens } = door.deciding;
  const { person: by, requestId, payloadDigest } = request;
  switch (change.what) {
    case 'list':
      return tokensAnswer(await tokens.list(by), words);
    case 'revoke': {
      const { id, name } = await tokens.revoke({ by, requestId, payloadDigest, id: change.id });
      return plainAnswer(words.say('token.revoked', { id, name }), words);
    }
    case 'issue':
      if (!settings.issuesTokens)
        throw new AppError('NOT_ALLOWED', 'no tokens are issued here', { facts: { reason: 'token-off' } });
      if (triggerId === undefined) return plainAnswer(words.say('token.by-command'), words);
      await slack.views.open({ trigger_id: triggerId, view: tokenModal(words) });
      return undefined;
  }
}
