import { z } from 'zod';
import { exportFormats } from '../domain/audit/export.ts';

/** Path of the bot's endpoint for exports of the audit. */
export const exportPath = '/cli/v1/audit-export';

/** The number of a row, or a time with its zone. */
const Place = z.union([z.int().min(1), z.iso.datetime({ offset: true })]);

export const ExportRequest = z.strictObject({
  format: z.enum(exportFormats),
  from: Place.exactOptional(),
  to: Place.exactOptional(),
});
export type ExportRequest = z.output<typeof ExportRequest>;

/** One line of the answer; a manifest is the last one, and nothing of it is believed here. */
export const Part = z.union([
  z.object({ text: z.string() }),
  z.object({ manifest: z.looseObject({ sha256: z.string(), rows: z.int(), from: z.int(), to: z.int() }) }),
]);
export type FetchedPart = z.output<typeof Part>;

/** What was asked for, as it was typed: `12`, or a time with its zone; undefined for anything else. */
export function placeIn(text: string): number | string | undefined {
  const given = Place.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  return given.success ? given.data : undefined;
}
