/** The papers that people look for in an open project: they are there, whole, and true of this repository. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read, repositoryFiles, root } from './files.ts';

/** The official text of each licence that package.json may name. */
const licences: Readonly<Record<string, { readonly title: RegExp; readonly sha256: string }>> = {
  'Apache-2.0': {
    title: /^\s*Apache License\n\s*Version 2\.0, January 2004\n/,
    sha256: 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30',
  },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the licence', () => {
  const { license = '' } = JSON.parse(read('package.json')) as { readonly license?: string };

  it('is the one that package.json names, word for word', () => {
    expect(Object.keys(licences)).toContain(license);
    expect(read('LICENSE')).toMatch(licences[license]?.title ?? /^$/);
    expect(sha256(read('LICENSE'))).toBe(licences[license]?.sha256);
  });

  it('is the one that the image names', () => {
    expect(read('deploy/Dockerfile')).toContain(`org.opencontainers.image.licenses="${license}"`);
  });
});

interface Workflow {
  readonly on: Readonly<Record<string, { readonly branches?: readonly string[] } | null>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

describe('the workflow', () => {
  const workflow = parse(read('.github/workflows/check.yml')) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('calls .ci/run once, for each push to main and each pull request', () => {
    expect(Object.keys(workflow.on).toSorted()).toEqual(['pull_request', 'push']);
    expect(workflow.on.push?.branches).toEqual(['main']);
    expect(steps.filter(({ run }) => run === 'bash .ci/run')).toHaveLength(1);
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
  });

  it('may only read, ends by itself, and takes actions by their major version', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);

    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(jobs.map((job) => job['timeout-minutes'])).toEqual([90]);
    expect(used.length).toBeGreaterThan(2);
    expect(used.filter((one) => !/^actions\/[a-z/-]+@v\d+$/.test(one))).toEqual([]);
  });

  it('keeps what the lab has built, by files that there are', () => {
    const caches = steps.filter(({ uses }) => uses?.startsWith('actions/cache/'));
    const [key = ''] = caches.map((step) => String(step.with?.key));
    const patterns = [...key.matchAll(/'([^']+)'/g)].map(([, pattern = '']) => pattern);

    expect(caches.map((step) => step.with?.path)).toEqual(
      caches.map(() => `\${{ env.XDG_CACHE_HOME }}/aetherius-lab`),
    );
    expect(jobs[0]?.env?.XDG_CACHE_HOME).toMatch(/^\//);
    expect(patterns.length).toBeGreaterThan(2);
    expect(patterns.filter((one) => !existsSync(join(root, one.replace(/\/\*\*$/, ''))))).toEqual([]);
  });
});

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: {
    readonly value?: string;
    readonly label?: string;
    readonly description?: string;
    readonly options?: readonly unknown[];
  };
  readonly validations?: { readonly required?: boolean };
}

const forms = ['bug', 'idea', 'wrong-answer'].map((name) => `.github/ISSUE_TEMPLATE/${name}.yml`);

describe('the forms for issues', () => {
  const formOf = (path: string): Form => parse(read(path)) as Form;

  it('are all of the folder, and an issue without a form is not offered', () => {
    const config = '.github/ISSUE_TEMPLATE/config.yml';

    expect(repositoryFiles(/^\.github\/ISSUE_TEMPLATE\//).toSorted()).toEqual([...forms, config].toSorted());
    expect(parse(read(config))).toEqual({ blank_issues_enabled: false });
  });

  it.each(forms)('have a name, a description and fields that GitHub reads: %s', (path) => {
    const { name, description, body } = formOf(path);
    const asked = body.filter(({ type }) => type !== 'markdown');

    expect([name, description].filter((text) => text.length > 3)).toHaveLength(2);
    expect(asked.length).toBeGreaterThan(3);
    for (const { type, id, attributes } of asked) {
      expect(['checkboxes', 'dropdown', 'input', 'textarea'], id).toContain(type);
      expect(id).toMatch(/^[a-z-]+$/);
      expect(attributes.label, id).toMatch(/\S/);
      if (['checkboxes', 'dropdown'].includes(type)) expect(attributes.options?.length).toBeGreaterThan(0);
    }
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
  });

  it.each(forms)('say first and last that no secret belongs there: %s', (path) => {
    const { body } = formOf(path);

    expect(body[0]?.type).toBe('markdown');
    expect(body[0]?.attributes.value).toMatch(/no passwords, tokens or keys/);
    expect(body.at(-1)?.attributes.options).toEqual([
      { label: expect.stringMatching(/no passwords, tokens or keys/), required: true },
    ]);
  });

  it('ask of a wrong answer what the run saw, and the version', () => {
    const { body } = formOf('.github/ISSUE_TEMPLATE/wrong-answer.yml');
    const required = body.filter(({ validations }) => validations?.required === true);
    const about = required.map(({ attributes }) => attributes.description ?? '').join('\n');

    expect(required.map(({ id }) => id)).toEqual(expect.arrayContaining(['report', 'version']));
    expect(about).toContain('`aetherius report RUN`');
    expect(about).toContain('`aetherius --version`');
  });
});

describe('the way to report a weakness', () => {
  const policy = read('SECURITY.md');

  it('is private, and leads to the threat model and to how a release is verified', () => {
    expect(policy).toContain('*Report a vulnerability*');
    for (const page of ['docs/threat-model.md', 'docs/guides/verify.md', 'docs/guides/maintained.md'])
      expect(policy).toContain(`(${page})`);
  });

  it('supports what the guide about upkeep supports: the newest version alone', () => {
    expect(read('docs/guides/maintained.md')).toContain(
      'the newest is the one that gets changes, and no older one',
    );
    expect(policy).toMatch(/^\| the newest release \| yes \|$/m);
    expect(policy).toMatch(/^\| every older one \| no/m);
  });

  it('names no address of mail: nobody could say whose it is', () => {
    for (const path of ['SECURITY.md', 'CODE_OF_CONDUCT.md'])
      expect(read(path)).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
  });
});

describe('the papers', () => {
  const papers = [...forms, '.github/pull_request_template.md', 'CODE_OF_CONDUCT.md', 'SECURITY.md'];
  /** Documents that a paper names, by a link or between backticks. */
  const namedIn = (path: string): readonly string[] => {
    const text = read(path);
    const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
    const names = [...text.matchAll(/`([\w./-]+\.md)`/g)].map(([, name = '']) => name);
    return [
      ...links.filter((link) => !link.startsWith('https:')).map((link) => join(dirname(path), link)),
      ...names,
    ];
  };

  it.each(papers)('name documents that there are: %s', (path) => {
    const named = namedIn(path);

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !existsSync(join(root, normalize(name))))).toEqual([]);
  });

  it('are linked from the README', () => {
    for (const paper of ['LICENSE', 'SECURITY.md', 'CODE_OF_CONDUCT.md'])
      expect(read('README.md')).toContain(`(${paper})`);
  });
});
