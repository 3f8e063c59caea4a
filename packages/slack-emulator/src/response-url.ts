import { errorsOf, validateMessage } from './blocks.ts';
import type { DeliveryLog } from './log.ts';
import type { AnyBlock, JsonObject, ResponseUrlGrant, SlackMessage } from './types.ts';
import type { World } from './world.ts';
import { withIds } from './world.ts';

const lifeMs = 30 * 60_000;
const maxUses = 5;

export interface ResponseTarget {
  readonly user: string;
  readonly channel: string;
  readonly threadTs?: string | null;
  readonly original?: ResponseUrlGrant['original'];
}

/** A response_url: five uses within 30 minutes. */
export function grantResponseUrl(world: World, baseUrl: string, target: ResponseTarget): string {
  const grant: ResponseUrlGrant = {
    id: world.ids.next('R'),
    user: target.user,
    channel: target.channel,
    threadTs: target.threadTs ?? null,
    original: target.original ?? null,
    expiresAt: world.now() + lifeMs,
    uses: 0,
  };
  world.responseUrls.set(grant.id, grant);
  return `${baseUrl}response/${grant.id}`;
}

export interface ResponseAnswer {
  readonly status: number;
  readonly body: string;
}

const refused = (status: number, error: string): ResponseAnswer => ({
  status,
  body: JSON.stringify({ ok: false, error }),
});

const blocksOf = (body: JsonObject): readonly AnyBlock[] =>
  Array.isArray(body.blocks) ? (body.blocks as AnyBlock[]) : [];

function edit(world: World, message: SlackMessage, body: JsonObject): void {
  message.text = typeof body.text === 'string' ? body.text : '';
  message.blocks = withIds(blocksOf(body), world.ids);
  message.attachments = Array.isArray(body.attachments) ? (body.attachments as JsonObject[]) : [];
  world.changed();
}

/** Posts what an app says in answer to a command or a click, also in channels it is not in. */
export function postResponse(
  world: World,
  grant: Omit<ResponseUrlGrant, 'id' | 'expiresAt' | 'uses'>,
  body: JsonObject,
): SlackMessage {
  const threadTs = typeof body.thread_ts === 'string' ? body.thread_ts : grant.threadTs;
  return world.addMessage({
    channel: grant.channel,
    user: world.app.botUserId,
    botId: world.app.botId,
    text: typeof body.text === 'string' ? body.text : '',
    blocks: blocksOf(body),
    attachments: Array.isArray(body.attachments) ? (body.attachments as JsonObject[]) : [],
    threadTs,
    ephemeralFor: body.response_type === 'in_channel' ? null : grant.user,
  });
}

function apply(world: World, grant: ResponseUrlGrant, body: JsonObject): ResponseAnswer {
  const original = grant.original ? world.findMessage(grant.channel, grant.original.ts) : undefined;
  if (body.delete_original === true) {
    if (original) original.deleted = true;
    world.changed();
    return { status: 200, body: 'ok' };
  }
  const problem = errorsOf(validateMessage(body))[0];
  if (problem) return refused(400, problem.code);
  if (body.replace_original === true && original && !original.deleted) edit(world, original, body);
  else postResponse(world, grant, body);
  return { status: 200, body: 'ok' };
}

/** One POST to a response_url. */
export function useResponseUrl(world: World, log: DeliveryLog, id: string, body: JsonObject): ResponseAnswer {
  const grant = world.responseUrls.get(id);
  const answer = ((): ResponseAnswer => {
    if (!grant) return refused(404, 'invalid_url');
    if (world.now() > grant.expiresAt) return refused(404, 'expired_url');
    if (grant.uses >= maxUses) return refused(404, 'used_url');
    grant.uses += 1;
    return apply(world, grant, body);
  })();
  log.add({ kind: 'response_url', grant: id, body, status: answer.status, result: answer.body });
  return answer;
}
