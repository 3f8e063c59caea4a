import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { changesOf, setVersion, versionsIn } from '../../../../scripts/release/version.ts';
import { read, root } from '../../../repo/files.ts';

const copy = mkdtempSync(join(tmpdir(), 'aetherius-version-'));
afterAll(() => rmSync(copy, { recursive: true }));
const files = [...new Set(versionsIn(root).map(({ file }) => file)), 'CHANGELOG.md'];
for (const file of files) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(join(root, file), join(copy, file));
}
const { version } = JSON.parse(read('package.json')) as { readonly version: string };

describe('the version', () => {
  it('is one number wherever it stands, and the changelog has a section of it', () => {
    expect(versionsIn(root).length).toBeGreaterThan(12);
    expect(versionsIn(root).filter((place) => place.version !== version)).toEqual([]);
    expect(changesOf(read('CHANGELOG.md'), version)).toMatch(/^- /);
  });

  it('that differs in one file is found, and so is a place without one', () => {
    const chart = join(copy, 'deploy/helm/aetherius-bot/Chart.yaml');
    const text = readFileSync(chart, 'utf8');
    writeFileSync(
      chart,
      text.replace(/^appVersion: .*$/m, 'appVersion: 0.0.9').replace(/^version: .*\n/m, ''),
    );

    expect(versionsIn(copy).filter((place) => place.version !== version)).toEqual([
      { file: 'deploy/helm/aetherius-bot/Chart.yaml', version: 'none' },
      { file: 'deploy/helm/aetherius-bot/Chart.yaml', version: '0.0.9' },
    ]);
    writeFileSync(chart, text);
  });

  it('is set everywhere at once, once, and nowhere else', () => {
    setVersion(copy, '7.8.9');
    setVersion(copy, '7.8.9');

    expect(versionsIn(copy).filter((place) => place.version !== '7.8.9')).toEqual([]);
    const changed = (file: string) => readFileSync(join(copy, file), 'utf8').replaceAll('7.8.9', version);
    for (const file of files.filter((name) => name !== 'CHANGELOG.md'))
      expect(changed(file), file).toBe(read(file));
    const changelog = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8');
    expect(changelog.startsWith(`# Changelog\n\n## 7.8.9\n\n## ${version}\n`)).toBe(true);
    expect(changesOf(changelog, '7.8.9')).toBeUndefined();
    expect(changesOf(changelog, version)).toBe(changesOf(read('CHANGELOG.md'), version));
  });

  it('is a number', () => {
    expect(() => setVersion(copy, 'newest')).toThrow('"newest" is no version like 1.2.3');
  });
});

describe('the changes of a version', () => {
  it('end where the next version begins', () => {
    const changelog = '# Changelog\n\n## 0.2.0\n\n- new\n\n## 0.1.0\n\n- old\n';

    expect(changesOf(changelog, '0.2.0')).toBe('- new');
    expect(changesOf(changelog, '0.1.0')).toBe('- old');
    expect(changesOf(changelog, '0.1')).toBeUndefined();
  });
});
