import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withRegions } from '../../scripts/docs/readme.ts';
import { staleDocs, writeDocs } from '../../scripts/gen-docs.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { errorCodes } from '../../src/domain/kernel/errors.ts';
import { read, repositoryFiles, root } from './files.ts';

describe('generated files', () => {
  it('are what would be generated now', () => {
    expect(staleDocs()).toEqual([]);
  });
});

describe('a page of a diagnosis', () => {
  const sections = {
    '.md': ['Meaning', 'Impact', 'Evidence', 'Causes', 'Remedies'],
    '.zh-CN.md': ['含义', '影响', '证据', '原因', '处理办法'],
  };

  it.each(diagnoses.map(({ slug, causes }) => ({ slug, causes })))(
    'is there in both languages with all its sections: $slug',
    ({ slug, causes }) => {
      for (const [end, headings] of Object.entries(sections)) {
        const text = read(`docs/reference/diagnoses/${slug}${end}`);

        expect([...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]).slice(0, 5)).toEqual(headings);
        for (const { id } of causes) expect(text).toMatch(new RegExp(`^### ${id}\\n\\n- \\S`, 'm'));
      }
    },
  );
});

describe('the page of the remediations', () => {
  it.each(['set-config-key', 'set-config-text', 'set-step-timeout', 'fetch-model'])(
    'says for which files of a host compose.%s is refused',
    (name) => {
      const [, section = ''] = read('docs/reference/remediations.md').split(`## \`compose.${name}\`\n`);
      const [own = ''] = section.split('\n## ');

      expect(own).toContain('A link leads from {file} out of the folder that the worker is given.');
      expect(own).toContain('{file} is no plain file.');
      expect(own.includes('under the others it would stay as it is')).toBe(name !== 'fetch-model');
    },
  );
});

describe('generated files on disk', () => {
  it('are told apart: one that was changed, and the page of a diagnosis that is no more', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-docs-'));
    try {
      mkdirSync(join(folder, 'docs'));
      for (const page of ['README.md', 'docs/threat-model.md'])
        copyFileSync(join(root, page), join(folder, page));
      writeDocs(folder);
      expect(staleDocs(folder)).toEqual([]);

      appendFileSync(join(folder, 'docs/coverage.md'), 'a claim\n');
      writeFileSync(join(folder, 'docs/reference/diagnoses/gone.md'), '# Gone\n');
      expect(staleDocs(folder)).toEqual(['docs/coverage.md', 'docs/reference/diagnoses/gone.md']);

      const readme = read('README.md').replace(/\d+ (\[remediations\])/, '99 $1');
      writeFileSync(join(folder, 'README.md'), `${readme}by hand\n`);
      expect(staleDocs(folder)).toEqual([
        'README.md',
        'docs/coverage.md',
        'docs/reference/diagnoses/gone.md',
      ]);

      writeDocs(folder);
      expect(staleDocs(folder)).toEqual([]);
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(`${read('README.md')}by hand\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the generated parts of the README', () => {
  it('must be there, each once, and no other', () => {
    const readme = read('README.md');

    expect(withRegions(readme)).toBe(readme);
    expect(() => withRegions(readme.replace('generated: picture', 'picture'))).toThrow(/generated parts/);
    expect(() => withRegions(`${readme}<!-- generated: picture --><!-- end -->`)).toThrow(/generated parts/);
    expect(() => withRegions(readme.replace('generated: picture', 'generated: film'))).toThrow(/film/);
  });
});

describe('reports of many rows', () => {
  it.each([
    [
      'docs/campaign.md',
      /^\| kubernetes \| \d+ \| \d+; \d+ certain and wrong, \d+ not found \| \d{4}-\d\d-\d\d \| `npm run campaign -- .*` \|$/m,
    ],
    [
      'docs/guides/lab-faults.md',
      /^\| faults on compose \| \d+ \| \d+ \| .* \| \d{4}-\d\d-\d\d \| `npm run .*` \|$/m,
    ],
    ['docs/coverage.md', /^Counted \d{4}-\d\d-\d\d by `npm run docs`: \d+ ids, \d+ causes/m],
  ])('are artifacts: %s has date, command and totals, and is short', (path, totals) => {
    expect(read(path)).toMatch(totals);
    expect(read(path).split('\n').length).toBeLessThanOrEqual(60);
  });

  it('are not in the repository', () => {
    expect(repositoryFiles(/^artifacts\//)).toEqual([]);
  });
});

describe('error codes', () => {
  it('stand in the reference, and the reference knows no others', () => {
    const section = read('docs/reference/errors.md').split('## ')[1] ?? '';
    const listed = [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);

    expect(listed).toEqual([...errorCodes]);
  });

  it('are all thrown somewhere', () => {
    const sources = repositoryFiles(/^src\/.*\.ts$/)
      .map(read)
      .join('\n');

    expect(errorCodes.filter((code) => !new RegExp(`'${code}'(?! \\|)[,)]`).test(sources))).toEqual([]);
  });
});

const pages = repositoryFiles(/\.md$/);

/** Links of a page that point into the repository, without those inside of code. */
function links(path: string): readonly string[] {
  const text = read(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/i.test(target));
}

function anchors(path: string): readonly string[] {
  return [...read(path).matchAll(/^#+\s+(.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('links in Markdown', () => {
  it.each(pages)('resolve in %s', (path) => {
    const broken = links(path).filter((target) => {
      const [file = '', anchor] = target.split('#');
      const at = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
      if (!existsSync(join(root, at))) return true;
      return anchor !== undefined && at.endsWith('.md') && !anchors(at).includes(anchor);
    });

    expect(broken).toEqual([]);
  });
});

describe('the pages that readers are sent to', () => {
  it.each([
    'README.md',
    'AGENTS.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/architecture.md',
    'docs/coverage.md',
    'docs/guides/add-a-probe.md',
    'docs/guides/add-a-diagnosis.md',
    'docs/guides/add-a-remediation.md',
    'docs/guides/operate.md',
  ])('%s exists and has a title', (path) => {
    expect(read(path)).toMatch(/^# .+/m);
  });

  it('include at least five decisions, numbered without a gap', () => {
    const numbers = repositoryFiles(/^docs\/adr\/\d{4}-[a-z-]+\.md$/).map((path) =>
      Number(path.slice(9, 13)),
    );

    expect(numbers.length).toBeGreaterThanOrEqual(5);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });

  it('give each decision its context, the decision and its consequences', () => {
    for (const path of repositoryFiles(/^docs\/adr\/\d{4}-.*\.md$/))
      for (const heading of ['## Context', '## Decision', '## Consequences'])
        expect(read(path), path).toContain(`\n${heading}\n`);
  });
});
