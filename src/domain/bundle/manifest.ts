import { z } from 'zod';
import { cutToUnits } from '../kernel/text.ts';

/** What a bundle holds besides its entries. */
export const manifestPath = 'manifest.json';
export const pagePath = 'index.html';

/** Why an entry is not there, or not whole. */
const Fault = z.object({
  code: z.string().meta({ description: 'As for a probe that could not check: `forbidden`, `timed-out`.' }),
  detail: z.string(),
});
const LeftOut = z.object({
  why: z.enum(['size', 'count', 'gives-work']).meta({
    description: 'A limit of size or number, or a look that would give a part work to do.',
  }),
  detail: z.string(),
});
export type LeftOut = z.output<typeof LeftOut>;

const Entry = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({ description: 'Absent: there is no such file in the bundle, and `error` or `leftOut` says why.' }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  error: Fault.optional(),
  leftOut: LeftOut.optional(),
});
export type BundleEntry = z.output<typeof Entry>;

/** `manifest.json`: the last file of a bundle. */
export const BundleManifest = z.object({
  format: z.literal('aetherius-bundle'),
  version: z.literal(1),
  id: z.string(),
  environment: z.string(),
  /** Version of the bot that made it. */
  bot: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** From when on logs were read. */
  since: z.iso.datetime(),
  /** How many secrets were replaced, by kind; `withheld` counts whole texts. */
  redacted: z.record(z.string(), z.number()),
  entries: z.array(Entry),
});
export type BundleManifest = z.output<typeof BundleManifest>;

/** Folder in the archive that holds everything: two bundles unpacked at one place do not mix. */
export function bundleFolder(environment: string, at: Date): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return `aetherius-${safeName(environment)}-${stamp}`;
}

/** A name that every file system takes, and that leads nowhere else. */
export function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : cutToUnits(safe, 100);
}

/** What a bundle may be made of, so that unpacking one costs no more than it looks like. */
export const bundleLimits = {
  /** Files. */
  entries: 20_000,
  /** Bytes of one file. */
  entryBytes: 64 * 2 ** 20,
  /** Bytes of all, unpacked. */
  totalBytes: 4 * 2 ** 30,
  /** Bytes of what is kept in memory to be asked. */
  keptBytes: 512 * 2 ** 20,
} as const;

/** What the targets answered, for `--bundle`; no person reads it. */
export const recordingFolder = 'recording';
export const isRecording = (path: string): boolean => path.startsWith(`${recordingFolder}/`);
