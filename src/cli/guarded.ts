import type { Right } from '../domain/access/access.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { CaseService } from '../services/case/contract.ts';
import type { Services } from '../services/contract.ts';
import type { DigestService } from '../services/digest/contract.ts';
import type { KillSwitchService, RemediationService } from '../services/fix/contract.ts';
import type { MuteService } from '../services/mute/contract.ts';
import type { ReportService } from '../services/report/contract.ts';
import type { RunService } from '../services/run/contract.ts';

/** What the door says about the one person whom these services are for. */
export interface PersonGate {
  /** AppError NOT_ALLOWED with whom to ask. Without an environment, any opens. */
  need(wanted: {
    readonly right: Right;
    readonly environment?: string;
    readonly shownIn?: string;
  }): Promise<void>;
  /** Environments of which this person may read. */
  readable(): Promise<readonly string[]>;
}

/** The use cases for one person: each asks the door, or is a decision, which the approval policy judges itself. */
export interface PersonServices {
  readonly runs: Pick<RunService, 'start' | 'get' | 'history'>;
  readonly reports: Pick<ReportService, 'make'>;
  readonly cases: Pick<CaseService, 'find' | 'keep'>;
  readonly digests: Pick<DigestService, 'now' | 'configure'>;
  readonly remediations: Pick<RemediationService, 'get' | 'list' | 'explain' | 'followUps'>;
  readonly switches: Pick<KillSwitchService, 'list' | 'underWay' | 'record'>;
  readonly mutes: Pick<MuteService, 'list'>;
  readonly deciding: {
    readonly remediations: Pick<
      RemediationService,
      'request' | 'approve' | 'reject' | 'resolve' | 'breakGlass' | 'closeFollowUp' | 'stop'
    >;
    readonly switches: Pick<KillSwitchService, 'stop' | 'release' | 'confirmRecord'>;
    readonly mutes: Pick<MuteService, 'set' | 'lift'>;
    /** Which fix is meant; nothing of it is shown. */
    find(handle: string): Promise<{ readonly id: string; readonly planHash: string } | undefined>;
  };
}

/** More than is asked for, since those of other environments fall away. */
const most = 200;

/** @param environmentOf that of a channel's digest; undefined: no environment is known. */
export function guardServices(
  services: Services,
  gate: PersonGate,
  environmentOf: (channel: string) => string | undefined,
): PersonServices {
  const { runs, remediations, switches, digests, reports, cases, mutes } = services;
  const mine = async <T extends { readonly environment: string }>(
    environment: string | undefined,
    limit: number,
    read: (limit: number) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    await gate.need({ right: 'read', ...present({ environment }) });
    if (environment !== undefined) return read(limit);
    const readable = await gate.readable();
    return (await read(most)).filter((row) => readable.includes(row.environment)).slice(0, limit);
  };
  return {
    runs: {
      async start(input) {
        await gate.need({ right: 'start', environment: input.environment });
        return runs.start(input);
      },
      async get(id) {
        const run = await runs.get(id);
        if (run !== undefined) await gate.need({ right: 'read', environment: run.environment });
        return run;
      },
      history: (environment, limit) => mine(environment, limit, (count) => runs.history(environment, count)),
    },
    reports: {
      async make(query) {
        await gate.need({ right: 'read', ...present({ environment: query.environment }) });
        const made = await reports.make(query);
        if (made !== undefined) await gate.need({ right: 'read', environment: made.report.run.environment });
        return made;
      },
    },
    cases: {
      async find(reference) {
        await gate.need({ right: 'read' });
        const found = await cases.find(reference);
        if (found !== undefined) await gate.need({ right: 'read', environment: found.environment });
        return found;
      },
      async keep(reference, right) {
        const found = await cases.find(reference);
        await gate.need({ right: 'read', ...present({ environment: found?.environment }) });
        return cases.keep(found?.id ?? reference, right);
      },
    },
    digests: {
      async now(input) {
        const { environment, surface } = input;
        await gate.need({ right: 'start', environment, shownIn: surface.channel });
        return digests.now(input);
      },
      async configure(input) {
        const environment = environmentOf(input.channel);
        if (environment === undefined)
          throw new AppError('INVALID_INPUT', 'no environment is set for this channel');
        const shown = input.enabled !== false ? { shownIn: input.channel } : {};
        await gate.need({ right: 'configure', environment, ...shown });
        return digests.configure(input);
      },
    },
    remediations: {
      async get(handle) {
        const found = await remediations.get(handle);
        if (found !== undefined)
          await gate.need({ right: 'read', environment: found.remediation.environment });
        return found;
      },
      list: (filter) =>
        mine(filter.environment, filter.limit, (limit) => remediations.list({ ...filter, limit })),
      followUps: (limit) => mine(undefined, limit, (count) => remediations.followUps(count)),
      async explain(actionId, environment) {
        await gate.need({ right: 'read', environment });
        return remediations.explain(actionId, environment);
      },
    },
    switches: {
      async list() {
        await gate.need({ right: 'read' });
        return switches.list();
      },
      underWay: () => mine(undefined, most, () => switches.underWay()),
      async record() {
        await gate.need({ right: 'read' });
        return switches.record();
      },
    },
    mutes: { list: (environment) => mine(environment, most, () => mutes.list(environment)) },
    deciding: {
      remediations,
      switches,
      mutes,
      async find(handle) {
        const found = await remediations.get(handle);
        return found === undefined
          ? undefined
          : { id: found.remediation.id, planHash: found.remediation.planHash };
      },
    },
  };
}
