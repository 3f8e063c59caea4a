import { describe, expect, it } from 'vitest';
import { addressOfServer, kinOf, type PartSigns, serverEndOf } from '../../../../src/domain/fix/object.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';

const signs = (more: Partial<PartSigns>): PartSigns => ({
  names: ['web'],
  images: ['web:1'],
  ports: [],
  ...more,
});

describe('which part a thing is (R-X14)', () => {
  it.each([
    ['its name', { names: ['agent-manager'] }],
    ['its name with a prefix', { names: ['prod-agent-manager'] }],
    ['a label', { names: ['web', 'agent-manager'] }],
    ['its image', { images: ['registry:5000/aetherius/agent-manager:1.2@sha256:00'] }],
    ['its name, with a helper beside it', { names: ['agent-manager'], images: ['am:1', 'nats:2'] }],
    ['one image of several', { images: ['redis:7', 'aetherius/agent-manager'] }],
  ])('is the one that was named by %s', (_sign, more) => {
    expect(kinOf('agent-manager', signs(more), asInGuide)).toEqual({ kind: 'named' });
  });

  it.each([
    ['its name', { names: ['bot-postgres'] }, { part: 'postgres', sign: 'name' }],
    ['a label, whatever its name', { names: ['agent-manager', 'redis'] }, { part: 'redis', sign: 'name' }],
    [
      'its image, whatever its name',
      { names: ['agent-manager'], images: ['redis:7'] },
      { part: 'redis', sign: 'image' },
    ],
    ['a data store’s port, where nothing else tells', { ports: [5432] }, { part: 'postgres', sign: 'port' }],
  ])('is another one by %s', (_sign, more, seen) => {
    expect(kinOf('agent-manager', signs(more), asInGuide)).toEqual({ kind: 'other', ...seen });
  });

  it.each([
    ['nothing shows it', {}],
    ['only a helper beside it shows a part', { images: ['web:1', 'redis:7'] }],
    ['only a port that many things have shows it', { ports: [8080] }],
    ['the port of a data store stands beside its own', { ports: [8080, 6379] }],
  ])('is unknown where %s', (_what, more) => {
    expect(kinOf('agent-manager', signs(more), asInGuide)).toEqual({ kind: 'unknown' });
  });

  it('follows what the installation says of itself (R-PLAT25)', () => {
    const platform = platformOf({
      parts: {
        'agent-manager': { workload: 'deployment/web', port: 9000 },
        postgres: { port: 6000 },
      },
    });

    expect(kinOf('agent-manager', signs({}), platform)).toEqual({ kind: 'named' });
    expect(kinOf('redis', signs({ names: ['x'], images: [], ports: [6000] }), platform)).toMatchObject({
      part: 'postgres',
    });
    expect(kinOf('redis', signs({ names: ['x'], images: [], ports: [5432] }), platform)).toEqual({
      kind: 'unknown',
    });
  });
});

describe('addresses of servers', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['FD00::7', 'fd00::7'],
    ['127.0.0.6', undefined],
    ['::1', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s names %s', (address, named) => {
    expect(addressOfServer(address)).toBe(named);
  });

  it.each([
    ['id=3 addr=10.0.0.9:5000 laddr=10.0.0.7:6379 fd=8 name=', '10.0.0.7'],
    ['id=3 addr=[fd00::9]:5000 laddr=[fd00::7]:6379 fd=8\n', 'fd00::7'],
    ['id=3 addr=10.0.0.9:5000 fd=8', undefined],
    ['id=3 name=laddr=1.2.3.4:1', undefined],
  ])('reads the end of the server from %j', (info, address) => {
    expect(serverEndOf(info)).toBe(address);
  });
});
