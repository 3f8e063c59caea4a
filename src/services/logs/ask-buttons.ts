import type { Ids } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { LogReport } from '../../domain/logs/report.ts';
import type { LogsView } from '../../domain/message/logs-view.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import { diagnosePurpose } from '../diagnosis/diagnose-run.service.ts';
import { runButtonTtlMs } from '../run/run-button.ts';

/** Buttons under an answer: on a phone each takes a line. */
const MOST_ASKS = 3;

/** A button for each diagnosis that known lines of a log speak for. */
export async function askButtons(
  tx: TxOf<'buttons'>,
  given: {
    readonly ids: Ids;
    readonly environment: string;
    readonly report: LogReport;
    readonly runId?: string;
  },
): Promise<NonNullable<LogsView['read']>['asks']> {
  const { ids, environment, report, runId } = given;
  const asks = [...new Set(report.groups.flatMap(({ known }) => known?.ask ?? []))].slice(0, MOST_ASKS);
  const buttons = asks.map((ask) => ({ ask, button: ids.token() }));
  for (const { ask, button } of buttons)
    await tx.buttons.create({
      id: button,
      purpose: diagnosePurpose,
      data: { symptom: ask, environment },
      ttlMs: runButtonTtlMs,
      ...present({ runId }),
    });
  return buttons;
}
