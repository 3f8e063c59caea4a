/** What a diagnosis asks of the API server, counted by that server: on the lab's platform, healthy and with a fault. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { faults } from '../../lab/faults/index.ts';
import { downLab, upLab } from '../../lab/runtimes/index.ts';
import { isKubernetes } from '../../lab/runtimes/kubernetes.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { audited } from '../campaign/audited.ts';
import { auditedUser } from '../campaign/effects.ts';
import { startCampaignProduct } from '../campaign/product.ts';
import { Controls, tryFault } from '../campaign/trial.ts';

export interface RequestFigures {
  readonly name: string;
  /** Of a healthy platform; what is there was looked for before. */
  readonly healthy: number;
  /** What was planted; a dash where the lab has no fault of it. */
  readonly fault: string;
  readonly planted: number | string;
  /** How many the product says of the same run. */
  readonly ownCount: number | string;
  readonly seconds: number | string;
}

interface AuditEvent {
  readonly auditID: string;
  readonly user: { readonly username: string };
}

/** Each diagnosis of the registry with the first fault of the lab that is its own; the platform comes up and goes down. */
export async function benchRequests(): Promise<readonly RequestFigures[]> {
  const lab = await upLab('kubernetes', (line) => console.log(line));
  const file = isKubernetes(lab) ? lab.cluster.audit : undefined;
  if (file === undefined) throw new Error('this API server writes no audit log that could be read');
  const account = await audited(lab);
  const product = await startCampaignProduct({ lab: account.environment });
  const counted = async (symptom: string) => {
    const from = existsSync(file) ? statSync(file).size : 0;
    const answer = await product.diagnose(symptom);
    const lines = readFileSync(file).subarray(from).toString('utf8').split('\n');
    const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
    const own = events.filter(({ user }) => user.username.endsWith(`:${auditedUser}`));
    return { answer, requests: new Set(own.map(({ auditID }) => auditID)).size };
  };
  let requests = 0;
  const counting = {
    ...product,
    async diagnose(symptom: string) {
      // What is there is looked for again after two minutes; the first row says what that costs.
      await product.diagnose(symptom);
      const { answer, requests: sent } = await counted(symptom);
      requests = sent;
      return answer;
    },
  };
  const none = { fault: '–', planted: '–', ownCount: '–', seconds: '–' } as const;
  try {
    const first = await counted(diagnoses[0]?.id ?? '');
    const rows: RequestFigures[] = [{ ...none, name: 'the first one of a worker', healthy: first.requests }];
    for (const { id, slug } of diagnoses) {
      await counting.diagnose(id);
      const healthy: RequestFigures = { ...none, name: `${id} ${slug}`, healthy: requests };
      rows.push({ ...healthy, ...(await planted(id)) });
      console.log(JSON.stringify(rows.at(-1)));
    }
    return rows;
  } finally {
    await product.stop();
    await account.stop();
    await downLab('kubernetes');
  }

  async function planted(symptom: string): Promise<Partial<RequestFigures>> {
    const fault = faults.find(
      ({ id, runtimes }) => id.startsWith(`${symptom}.`) && runtimes.includes('kubernetes'),
    );
    if (fault === undefined) return {};
    let row: Partial<RequestFigures> = {};
    const onAnswer = (when: string, { apiRequests, seconds }: { apiRequests?: number; seconds: number }) => {
      if (when === 'planted')
        row = { fault: fault.id, planted: requests, ownCount: apiRequests ?? '–', seconds };
    };
    const stage = { lab, product: counting, controls: new Controls(), onAnswer };
    const { problems } = await tryFault(stage, fault, fault.variants[0]);
    if (problems.length > 0) console.log(`${fault.id}: ${problems.join('; ')}`);
    return row;
  }
}
