import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../../scripts/image/dockerfile.ts';
import { read } from '../../../repo/files.ts';

const stage = (...lines: readonly string[]) =>
  ['FROM node:24 AS build', 'RUN npm ci', 'FROM node:24', 'WORKDIR /app', ...lines].join('\n');

describe('the Dockerfile, read for who makes the image without it', () => {
  it('says user, command, labels and files of its last stage', () => {
    const { config, files, commands } = readDockerfile(read('deploy/Dockerfile'));

    expect(config.user).toBe('10001');
    expect(config.entrypoint).toEqual(['node', '--enable-source-maps', 'dist/main.js']);
    expect(config.env).toContain('NODE_ENV=production');
    expect(config.labels['org.opencontainers.image.title']).toBe('aetherius-bot');
    expect(files).toEqual([
      ...['package.json', 'node_modules', 'sbom.cdx.json', 'dist', 'migrations', 'manifest.yml', 'LICENSE'],
      ...['deploy/compose', 'deploy/stores.yaml'],
    ]);
    expect([...commands]).toEqual([
      ['/usr/local/bin/aetherius-bot', '/app/dist/main.js'],
      ['/usr/local/bin/aetherius', '/app/dist/cli/main.js'],
    ]);
  });

  it('takes a line that goes on behind a backslash for one', () => {
    expect(readDockerfile(stage('USER \\', '  10001')).config.user).toBe('10001');
  });

  it.each([
    ['a line that nobody reads', 'VOLUME /data', 'nobody reads this line'],
    ['a file under another path', 'COPY manifest.yml slack.yml', 'has another path'],
    ['a file in another folder', 'COPY deploy/stores.yaml ./', 'has another path'],
  ])('is refused with %s', (_what, line, why) => {
    expect(() => readDockerfile(stage(line))).toThrow(why);
  });
});
