import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { excerpt, type LogLine, logLines, recentLog } from '../support/log-lines.ts';

const modelTrouble =
  /(?:model (?:load|fetch) failed|cannot load the model|joblib|unpickl|No such file.*model|model.*(?:corrupt|missing|not found))/i;
const modelFine = /model loaded|analysis finished/i;

// Judged by what a line says, not by its fields: the path of a model that was loaded names joblib too.
const isFine = ({ message }: LogLine) => modelFine.test(message);
// A line that the logger itself marks as harmless is no error, even when it names one.
const harmless = new Set(['trace', 'debug', 'info', 'notice']);
const isTrouble = (line: LogLine) =>
  !isFine(line) && !harmless.has(line.level ?? '') && modelTrouble.test(line.message);

export const runtimeAnalyzerLog = defineProbe({
  id: 'runtime.analyzer-log',
  doc: `What does reasoning-service's log say about its analyzer?

Reads the last lines that contain "analyzer".
The latest line about the model decides, so an old failure that was repaired is no finding.`,
  params: z.strictObject({
    minutes: z.number().positive().max(120).default(30).describe('How far to look back, in minutes.'),
  }),
  part: 'reasoning-service',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['ANALYZER_MODEL_ERROR'],
  async run({ minutes }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const instance = (await deps.runtime.instances('reasoning-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const text = await recentLog(deps.runtime, instance, { signal, tail: 1_000, minutes });
    const lines = logLines(text);
    const last = lines.findLast((line) => isFine(line) || isTrouble(line));
    if (last === undefined || isFine(last)) return { status: 'healthy', facts: { lines: lines.length } };
    const evidence = excerpt(`log ${instance.name}`, lines.filter(isTrouble), /./, 3);
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'ANALYZER_MODEL_ERROR',
          severity: 'critical',
          part: 'reasoning-service',
          subject: instance.name,
          facts: { message: shortened(last.message, 200) },
          ...present({ excerpts: evidence === undefined ? undefined : [evidence], since: last.time }),
        },
      ],
    };
  },
});
