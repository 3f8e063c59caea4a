/** What Helm itself says of values: of the examples, and of mistakes. */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { kubeProgram } from '../../../lab/components/kube-api.ts';
import { root } from '../../support/guide-lines.ts';
import { scratch } from '../../support/targets.ts';

const helm = kubeProgram('helm');
const chart = join(root, 'deploy/helm/aetherius-bot');

describe.skipIf(helm === undefined)(
  `the chart, by Helm${helm === undefined ? ' (left out: no helm: run lab/kubernetes/build.sh)' : ''}`,
  () => {
    const place = scratch('helm-values');
    afterAll(() => place.remove());
    const configuration = join(place.dir, 'aetherius.yaml');
    writeFileSync(configuration, '# mine\nenvironments:\n  prod: {}\n  staging: {}\n');

    /** The manifests, or what Helm says. */
    const template = (args: readonly string[], values?: object): string => {
      const file = join(place.dir, 'values.yaml');
      writeFileSync(file, stringify(values ?? {}));
      try {
        return execFileSync(
          helm ?? 'helm',
          ['template', 'bots', chart, '-n', 'ops', '-f', file, ...args],
          // Not the kubeconfig of whoever runs this.
          { encoding: 'utf8', env: { HOME: place.dir, PATH: '/usr/bin:/bin' }, stdio: 'pipe' },
        );
      } catch (error) {
        return (error as { readonly stderr: string }).stderr;
      }
    };
    const configured = ['--set-file', `configFile=${configuration}`];

    it.each([
      [{ feature: { restart: true } }, "additional properties 'feature' not allowed"],
      [{ features: { restrat: true } }, "additional properties 'restrat' not allowed"],
      [{ features: { restart: 'please' } }, "at '/features/restart': got string, want boolean"],
      [{ roles: { bot: { replicas: 'two' } } }, "at '/roles/bot/replicas': got string, want integer"],
      [{ image: { pullSecrets: 'login' } }, "at '/image/pullSecrets': got string, want array"],
      [{ tolerations: [{ keys: 'a' }] }, "additional properties 'keys' not allowed"],
      [{ image: { digest: 'latest' } }, "at '/image/digest'"],
      [{ names: { platform: { deployment: ['a'] } } }, "additional properties 'deployment' not allowed"],
    ])('refuses %j', (values, said) => {
      expect(template(configured, values)).toContain(said);
    });

    it('refuses an empty configuration, and an environment that it does not have, with the line that mends it', () => {
      expect(template([])).toContain('the configuration is empty: add --set-file configFile=aetherius.yaml');
      expect(template(configured, { environment: 'test' })).toContain(
        'environment is test, and the configuration has no environment of that name; it has: prod, staging',
      );
    });

    it('takes each example, and the configuration as the file has it', () => {
      const examples = readdirSync(join(chart, 'examples'));
      expect(examples).toEqual(['one-cluster.yaml', 'two-clusters-first.yaml', 'two-clusters-second.yaml']);
      const replicas = examples.map((name) => {
        const documents = parseAllDocuments(
          template([...configured, '-f', join(chart, 'examples', name)]),
        ).map(
          (document) =>
            document.toJS() as {
              kind: string;
              metadata: { name: string };
              spec?: { replicas?: number };
              data?: Record<string, string>;
            },
        );
        const [text] = documents.flatMap(({ data }) => data?.['aetherius.yaml'] ?? []);
        expect(text, name).toBe('# mine\nenvironments:\n  prod: {}\n  staging: {}\n');
        return [
          ...documents.flatMap(({ kind, metadata, spec }) =>
            kind === 'Deployment' ? [`${metadata.name.replace('bots-', '')} ${spec?.replicas}`] : [],
          ),
          ...documents.flatMap(({ kind }) => (kind === 'Job' ? ['migration'] : [])),
        ];
      });

      expect(replicas).toEqual([
        ['bot 2', 'scheduler 1', 'worker 1', 'migration'],
        ['bot 2', 'scheduler 1', 'worker 1', 'migration'],
        ['bot 0', 'scheduler 0', 'worker 1'],
      ]);
    });
  },
);
