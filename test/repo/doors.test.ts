import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/services/contract.ts';
import { read, repositoryFiles } from './files.ts';

/** How people reach a use case: it is called in these folders, or there is a reason why it is not. */
interface Door {
  readonly slack: true | string;
  readonly cli: true | string;
}

/** A use case without an entry here does not compile. */
const doors: { readonly [S in keyof Services]: { readonly [M in keyof Services[S]]: Door } } = {
  runs: {
    start: { slack: true, cli: true },
    get: { slack: true, cli: true },
    history: { slack: true, cli: true },
    lastIn: { slack: true, cli: 'A shell has no thread.' },
  },
  remediations: {
    request: { slack: true, cli: true },
    approve: { slack: true, cli: true },
    reject: { slack: true, cli: true },
    cancel: { slack: true, cli: 'A request is cancelled where its card is; with Slack away it expires.' },
    stop: { slack: true, cli: true },
    undo: {
      slack: true,
      cli: 'Not built yet: it comes with an undo that has a title and a plan of its own.',
    },
    resolve: { slack: true, cli: true },
    breakGlass: { slack: true, cli: true },
    closeFollowUp: { slack: true, cli: true },
    followUps: { slack: true, cli: true },
    get: { slack: true, cli: true },
    list: { slack: true, cli: true },
    explain: { slack: 'For operators, who have a shell.', cli: true },
  },
  switches: {
    list: { slack: true, cli: true },
    underWay: { slack: true, cli: true },
    stop: { slack: true, cli: true },
    release: { slack: true, cli: true },
    record: { slack: true, cli: true },
    confirmRecord: { slack: true, cli: true },
  },
  mutes: {
    set: { slack: true, cli: true },
    lift: { slack: true, cli: true },
    list: { slack: true, cli: true },
  },
  places: {
    closed: { slack: true, cli: 'Slack alone says what became of a channel.' },
    renumbered: { slack: true, cli: 'Slack alone says what became of a channel.' },
    gone: { slack: true, cli: 'Slack alone says that the app is gone.' },
  },
  digests: {
    now: { slack: true, cli: true },
    close: { slack: true, cli: 'Slack alone says what became of a channel.' },
    configure: { slack: true, cli: true },
  },
  reports: {
    make: { slack: true, cli: true },
    attach: { slack: true, cli: 'The command line prints the report; a file in Slack needs a thread.' },
  },
  cases: {
    find: { slack: 'Not built yet: the command line keeps cases.', cli: true },
    keep: { slack: 'Not built yet: the command line keeps cases.', cli: true },
  },
  timelines: {
    find: {
      slack: true,
      cli: 'Not built yet: it is of a thread, or of an incident that stands in one.',
    },
    attach: { slack: true, cli: 'A file in Slack needs a place in Slack.' },
  },
  inventories: {
    news: { slack: true, cli: true },
  },
  watched: {
    last: { slack: true, cli: 'The command line looks by itself, and says what is so now.' },
  },
  attachedLogs: {
    answer: { slack: true, cli: 'A shell has the file itself: `aetherius logs --file`.' },
    skim: { slack: true, cli: 'Likewise.' },
  },
  tokens: {
    issue: { slack: true, cli: 'A token is issued to a person whom Slack names, in a window of theirs.' },
    list: { slack: true, cli: 'Whoever found a token does not learn of the others.' },
    revoke: { slack: true, cli: 'Likewise: it is done where the person is known.' },
  },
  audit: {
    verify: { slack: 'For operators, who have a shell.', cli: true },
    list: {
      slack: 'The export has the same rows, and writes down who read them.',
      cli: 'Likewise: the export is the way to read the record.',
    },
  },
  exports: { open: { slack: 'A file for an auditor, who has a shell.', cli: true } },
};

const sources = (folder: string): string =>
  repositoryFiles(new RegExp(`^src/${folder}/.*\\.ts$`))
    .map(read)
    .join('\n');

const places = { slack: sources('handlers'), cli: sources('cli') } as const;

/** `remediations.approve(`, or by the purpose of a button: `remediations[purpose](`. */
function isCalled(place: keyof typeof places, service: string, method: string): boolean {
  const text = places[place];
  if (new RegExp(`\\b${service}\\)?\\.${method}\\(`).test(text)) return true;
  const byPurpose = new RegExp(`\\b${service}\\[purpose\\]\\(`).test(text);
  return byPurpose && new RegExp(`'${method}'`).test(read('src/domain/message/remediation-view.ts'));
}

const cases = Object.entries(doors).flatMap(([service, methods]) =>
  Object.entries(methods as Readonly<Record<string, Door>>).flatMap(([method, door]) =>
    (['slack', 'cli'] as const).map((place) => [service, method, place, door[place]] as const),
  ),
);

describe('a door for every use case', () => {
  it.each(cases)('%s.%s has one in %s, or says why not', (service, method, place, door) => {
    expect({ door: isCalled(place, service, method) }).toEqual({ door: door === true });
    if (door !== true) expect(door).toMatch(/^[A-Z`].+\.$/);
  });

  it('is seen to be missing', () => {
    expect(isCalled('cli', 'remediations', 'undo')).toBe(false);
    expect(isCalled('cli', 'remediations', 'approve')).toBe(true);
  });
});
