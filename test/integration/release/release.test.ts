/** A release, made by its script without a tag: its files, and the lines of the guide that verify and install them. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingDebTools, which } from '../../../lab/components/cache.ts';
import { kubeProgram } from '../../../lab/components/kube-api.ts';
import { must } from '../../../lab/components/process.ts';
import { git, version } from '../../../scripts/image/product.ts';
import { linesOf, paste, root } from '../../support/guide-lines.ts';
import { scratch } from '../../support/targets.ts';

const lacking =
  missingDebTools() ??
  (kubeProgram('helm') === undefined ? 'no helm: run lab/kubernetes/build.sh' : undefined) ??
  (which('openssl') === undefined ? 'no openssl' : undefined);
const own = version();
const fetched = process.env.npm_config_cache ?? join(homedir(), '.npm');
const lines = linesOf('docs/guides/verify.md');
const named = (begin: string): string => lines.find((line) => line.startsWith(begin)) ?? `no line: ${begin}`;

describe('lines that are pasted', () => {
  const place = scratch('pasted');
  afterAll(() => place.remove());

  it('know how this machine reaches registries, and nothing else of whoever runs the test', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { NODE_EXTRA_CA_CERTS: '/ca.pem', https_proxy: 'http://p:1', SLACK_X: 'no' });
    try {
      const [line] = await paste(['echo "$NODE_EXTRA_CA_CERTS $https_proxy $SLACK_X"'], place.dir, {}, {});

      expect(line?.output).toBe('/ca.pem http://p:1 \n');
    } finally {
      for (const name of ['NODE_EXTRA_CA_CERTS', 'https_proxy', 'SLACK_X'])
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
    }
  });
});

describe.skipIf(lacking !== undefined)(
  `a release${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = scratch('release');
    const folder = join(place.dir, 'release');
    const file = (name: string) => join(folder, `aetherius-bot-${own}${name}`);
    const tags = git('tag', '--list');
    let said: string;

    beforeAll(async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const key = join(place.dir, 'release-key.pem');
      writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const script = ['--import', import.meta.resolve('tsx'), join(root, 'scripts/release/index.ts')];
      const made = await must(process.execPath, [...script, '--dry-run', '--out', folder, '--key', key], {
        seconds: 900,
        cwd: root,
      });
      said = made;
      writeFileSync(join(folder, 'aetherius-bot.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    }, 960_000);
    afterAll(() => place.remove());

    it('has the files that the guide names, each with its checksum, and no tag in a dry run', async () => {
      const [guide = ''] = readFileSync(join(root, 'docs/guides/verify.md'), 'utf8').split('## Is it whole');
      const inGuide = [...guide.matchAll(/`((?:aetherius-bot-|SHA256SUMS)[^`]*)`/g)].map(([, name]) => name);
      const files = readdirSync(folder).filter((name) => name !== 'aetherius-bot.pub');

      expect(files.toSorted()).toEqual(inGuide.toSorted());
      for (const name of files) expect(statSync(join(folder, name)).size, name).toBeGreaterThan(0);
      expect(said).toContain('A dry run');
      expect(git('tag', '--list')).toBe(tags);
    });

    it('is whole and from who made it, by the lines of the guide, which see a file that was changed', async () => {
      const check = ['cd ../release', named('sha256sum -c'), named('openssl pkeyutl')];

      const pasted = await paste(check, place.dir, {}, {});
      expect(pasted.filter(({ code }) => code !== 0)).toEqual([]);

      const changed = await paste(
        [
          'cd ../release',
          `cp ${file('-changes.md')} ../kept`,
          `echo more >> ${file('-changes.md')}`,
          ...check.slice(1),
        ],
        place.dir,
        {},
        {},
      );
      await must('cp', [join(place.dir, 'kept'), file('-changes.md')]);
      expect(changed.map(({ code }) => code)).toEqual([0, 0, 0, 1, 0]);
      expect(changed[3]?.output).toContain(`aetherius-bot-${own}-changes.md: FAILED`);
    });

    it('has a bill of materials with what is in the image, and a chart with its rules', async () => {
      const bill = JSON.parse(readFileSync(file('-sbom.cdx.json'), 'utf8')) as {
        bomFormat: string;
        components: readonly { name: string; version: string }[];
      };
      const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
        dependencies: Record<string, string>;
      };
      const versions = new Map(bill.components.map((one) => [one.name, one.version]));
      expect(bill.bomFormat).toBe('CycloneDX');
      expect(versions.has('libc6')).toBe(true);
      const unscoped = Object.entries(dependencies).filter(([name]) => !name.startsWith('@'));
      for (const [name, wanted] of unscoped) expect(versions.get(name), name).toBe(wanted);

      const chart = await must('tar', ['-tzf', file('-chart.tgz')]);
      for (const name of [
        'Chart.yaml',
        'values.schema.json',
        'alert-rules.yaml',
        'templates/alert-rules.yaml',
      ])
        expect(chart).toContain(`aetherius-bot/${name}\n`);
      const layout = await must('tar', ['-tf', file('-image-linux-amd64.tar')]);
      expect(layout).toContain('index.json');
    });

    it('gives `aetherius` and `aetherius-bot` on a machine with an empty home, by the lines of the guide', async () => {
      const prefix = join(place.dir, 'prefix');
      const home = join(place.dir, 'home');
      const pasted = await paste(
        [
          'cd ../release',
          named('npm install --global'),
          named('aetherius --version'),
          named('aetherius-bot --version'),
          'aetherius init --alerts',
        ],
        place.dir,
        {},
        {
          ...{ npm_config_prefix: prefix, HOME: home, npm_config_audit: 'false', npm_config_fund: 'false' },
          // What was fetched before is not fetched again: npm compares its digest with that of the release.
          ...{ npm_config_cache: fetched, npm_config_prefer_offline: 'true' },
          PATH: `${prefix}/bin:${process.env.PATH ?? ''}`,
        },
        600,
      );

      expect(pasted.filter(({ code }) => code !== 0)).toEqual([]);
      expect(pasted[2]?.output.trim()).toBe(own);
      expect(pasted[3]?.output.trim()).toBe(own);
      expect(pasted[4]?.output).toContain('/alerts/prod');
      expect(existsSync(join(prefix, 'bin/aetherius'))).toBe(true);
      // What only development needs is not there.
      expect(existsSync(join(prefix, 'lib/node_modules/aetherius-bot/node_modules/vitest'))).toBe(false);
    }, 660_000);
  },
);
