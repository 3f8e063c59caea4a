import { AppError } from '../domain/kernel/errors.ts';
import type { Secret } from '../domain/kernel/secret.ts';
import { type ExportRequest, exportPath, type FetchedPart, Part } from './export-protocol.ts';
import { failedAnswer, postTo } from './remote.ts';

/** As `askBot`, for an export; the parts come as the bot reads them. It ends without a manifest where it broke off. */
export async function* fetchExport(
  query: ExportRequest,
  call: { readonly url: string; readonly token: Secret; readonly signal: AbortSignal },
): AsyncGenerator<FetchedPart, void> {
  const { response, origin } = await postTo(exportPath, query, call);
  if (response.status !== 200 || response.body === null) throw await failedAnswer(response, origin);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const bytes of response.body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield Part.parse(JSON.parse(line));
    }
  } catch (cause) {
    throw new AppError('DEPENDENCY_UNAVAILABLE', `${origin} (AETHERIUS_URL): the export broke off`, {
      cause,
    });
  }
}
