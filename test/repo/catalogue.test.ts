import { describe, expect, it } from 'vitest';
import { healthCalls } from '../../src/domain/health/health-calls.ts';
import { errorCodes } from '../../src/domain/kernel/errors.ts';
import { serviceIds } from '../../src/domain/platform/part.ts';
import { Thresholds } from '../../src/domain/settings/thresholds.ts';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { en } from '../../src/text/en.ts';
import { placeholdersOf } from '../../src/text/format.ts';
import { zhCN } from '../../src/text/zh-cn.ts';
import { read, repositoryFiles } from './files.ts';

const english: Readonly<Record<string, string>> = en;
const chinese: Readonly<Record<string, string>> = zhCN;

/** How far a call got is said inside of a sentence. */
const stageWords = /^cause\.[a-z-]+$/;

describe('the catalogue', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it('has the same placeholders in both languages', () => {
    const different = Object.keys(english).filter(
      (key) => placeholdersOf(english[key] ?? '').join() !== placeholdersOf(chinese[key] ?? '').join(),
    );

    expect(different).toEqual([]);
  });

  it('is Chinese where it says so', () => {
    // Names, units and commands are the same in every language; a sentence is not.
    const untranslated = Object.keys(english).filter(
      (key) => english[key] === chinese[key] && /[a-z]{3,} [a-z]{2,} [a-z]{2,}/.test(english[key] ?? ''),
    );

    expect(untranslated).toEqual([]);
  });

  it.each(['error', 'finding', 'cause', 'decision', 'denied'])(
    'ends the sentences of %s.* with a full stop',
    (group) => {
      const sentences = Object.keys(english).filter(
        (key) =>
          key.startsWith(`${group}.`) && !stageWords.test(key) && /^[A-Z].* .* .*$/.test(english[key] ?? ''),
      );
      const open = sentences.filter(
        (key) => !/[.?!…:}*`]$/.test(english[key] ?? '') || /[a-z]$/.test(chinese[key] ?? ''),
      );

      expect(open).toEqual([]);
    },
  );

  it('has a sentence for every error code, and no error.* for a code that does not exist', () => {
    const written = Object.keys(english).filter((key) => /^error\.[A-Z_]+$/.test(key));

    expect(written.sort()).toEqual(errorCodes.map((code) => `error.${code}`).sort());
  });

  it('has words for every finding that a probe can return', () => {
    const codes = [...new Set(probes.flatMap((probe) => probe.emits))];

    expect(codes.filter((code) => english[`finding.${code}`] === undefined)).toEqual([]);
  });

  it('has short words for every finding that a row of the health table may be about', () => {
    const all = {
      ...{ services: serviceIds, withoutHttp: [], databases: ['agentManager', 'orchestrator'] as const },
      ...{ redis: true, nats: true, natsMonitor: true, neo4j: true, thresholds: Thresholds.parse({}) },
    };
    const asked = new Set(
      (['kubernetes', 'compose'] as const).flatMap((runtime) =>
        healthCalls({ ...all, runtime }).map(({ probe }) => probe as string),
      ),
    );
    const codes = probes.filter(({ id }) => asked.has(id)).flatMap(({ emits }) => emits);

    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => english[`health.fact.${code}`] === undefined)).toEqual([]);
  });

  it('says of every probe what it looks at, and of no other', () => {
    const written = Object.keys(english).filter((key) => key.startsWith('probe.'));

    expect(written.toSorted()).toEqual(probes.map(({ id }) => `probe.${id}`).toSorted());
  });

  it('has a name for every remediation', () => {
    expect(
      remediations.map(({ id }) => id).filter((id) => english[`remediation.${id}`] === undefined),
    ).toEqual([]);
  });
});

describe('every text', () => {
  it('is used: named in full, or its group is looked up by what the data says', () => {
    const sources = repositoryFiles(/^src\/.*\.ts$/)
      .filter((path) => !path.startsWith('src/text/en') && !path.startsWith('src/text/zh'))
      .map(read)
      .join('\n');
    // `finding.${code}` and `doctor.${key}` make keys from data; so does 'a.' + b.
    const groups = [...sources.matchAll(/`([a-z][A-Za-z0-9.-]*\.)\$\{/g)].map((match) => match[1] ?? '');
    const unused = Object.keys(english).filter(
      (key) => !sources.includes(`'${key}'`) && !groups.some((group) => key.startsWith(group)),
    );

    expect(groups.length).toBeGreaterThan(5);
    expect(unused).toEqual([]);
  });
});
