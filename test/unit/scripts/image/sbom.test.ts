import { describe, expect, it } from 'vitest';
import { sbomOf } from '../../../../scripts/image/sbom.ts';

const written = (serialNumber: string, timestamp: string) =>
  JSON.stringify({
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber },
    // The name is that of the folder.
    metadata: {
      timestamp,
      lifecycles: [],
      component: { name: timestamp, purl: 'pkg:npm/aetherius-bot@1.2.3' },
    },
    components: [{ name: 'zod', version: '4.6.7', purl: 'pkg:npm/zod@4.6.7' }],
  });
const base = {
  packages: [{ name: 'libstdc++6', version: '12.2.0-14+deb12u1', architecture: 'amd64' }],
  node: { node: '24.22.3', openssl: '3.5.7', modules: '137', napi: '10' },
  debian: '12',
};
const created = new Date('2026-12-01T00:00:00Z');

describe('the bill of materials', () => {
  it('has the packages of npm and Debian, Node, and what is compiled into it', () => {
    const { components, ...rest } = sbomOf(written('urn:uuid:a', 'now'), base, created);

    expect(rest).toMatchObject({
      ...{ bomFormat: 'CycloneDX', specVersion: '1.5' },
      metadata: {
        ...{ timestamp: '2026-12-01T00:00:00.000Z', lifecycles: [] },
        component: { name: 'aetherius-bot', purl: 'pkg:npm/aetherius-bot@1.2.3' },
      },
    });
    expect(components.map(({ purl }) => purl)).toEqual([
      'pkg:npm/zod@4.6.7',
      'pkg:github/nodejs/node@v24.22.3',
      'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12',
    ]);
    expect(components[1]?.components).toEqual([
      expect.objectContaining({ name: 'openssl', version: '3.5.7', purl: 'pkg:generic/openssl@3.5.7' }),
    ]);
  });

  it('is the same for the same parts, and another for others', () => {
    const one = sbomOf(written('urn:uuid:a', 'now'), base, created);

    expect(sbomOf(written('urn:uuid:b', 'later'), base, created)).toEqual(one);
    expect(sbomOf(written('urn:uuid:a', 'now'), { ...base, packages: [] }, created).serialNumber).not.toBe(
      one.serialNumber,
    );
    expect(one.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
