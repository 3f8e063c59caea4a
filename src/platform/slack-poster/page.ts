import type { Secret } from '../../domain/kernel/secret.ts';
import { visibleJson } from '../../domain/kernel/text.ts';
import type { OutboxItem } from '../../domain/message/outbox.ts';
import { SendRefused } from '../slack/failure.ts';

const answerWithinMs = 5_000;

/**
 * POSTs a page as JSON. A receiver that gets it twice knows it again by `idempotency-key`, as sending is at least once.
 * A 4xx but 408 and 429 is final; everything else is tried again.
 */
export async function sendPage(
  fetcher: typeof fetch,
  url: Secret | undefined,
  item: Extract<OutboxItem, { kind: 'page' }>,
): Promise<object> {
  if (url === undefined) throw new SendRefused('page-without-url');
  const answer = await fetcher(url.reveal(), {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': item.id },
    body: JSON.stringify(visibleJson(item.payload)),
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  });
  await answer.body?.cancel();
  if (answer.ok) return {};
  const final = answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status);
  throw final ? new SendRefused(`page-http-${answer.status}`) : new Error(`page-http-${answer.status}`);
}
