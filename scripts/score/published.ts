/** What others publish of themselves, each on faults of its own. */

export interface Published {
  readonly who: string;
  readonly score: string;
  readonly what: string;
  readonly url: string;
  readonly date: string;
}

const aa = {
  what: 'ITBench-AA, 59 tasks: 0 when a root is missing, else true roots ÷ named roots',
  url: 'https://artificialanalysis.ai/articles/itbench-aa-launch',
  date: '2026-05',
};

/** As their pages say it; the score of ITBench-AA has the rule of ours. */
export const published: readonly Published[] = [
  { who: 'the best model-driven agent', score: '0.467', ...aa },
  { who: 'the second', score: '0.46', ...aa },
  { who: 'the best with open weights', score: '0.40', ...aa },
  {
    who: 'ITBench-SRE-Agent with GPT-4o',
    score: '0.36',
    what: 'ITBench, 162 trials: localisation of the fault by its topology-aware measure, which is another rule',
    url: 'https://github.com/itbench-hub/ITBench/blob/main/LEADERBOARD_SRE.md',
    date: '2025-02',
  },
];
