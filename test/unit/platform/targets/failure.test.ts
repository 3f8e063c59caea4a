import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import {
  blot,
  bounded,
  CircuitBreaker,
  DeadlinePassed,
  socketStage,
  targetError,
  unconnected,
} from '../../../../src/platform/targets/failure.ts';
import { tcpCheck } from '../../../../src/platform/targets/network/tcp-check.ts';
import { SharedConnections } from '../../../../src/platform/targets/stores/shared-connection.ts';
import { closedPort, silentPort } from '../../../support/targets.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const address = { what: 'Redis', host: 'h', port: 6379 };

describe('the stage of a socket error', () => {
  it.each([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'connect-timeout'],
    ['ETIMEDOUT', 'connect-timeout'],
    ['ECONNRESET', 'closed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['WHATEVER', undefined],
  ])('%s is %s', (code, stage) => {
    expect(socketStage(coded(code))).toBe(stage);
  });

  it('is found behind causes and in the attempts of several addresses', () => {
    expect(socketStage(new Error('outer', { cause: coded('ECONNREFUSED') }))).toBe('refused');
    expect(socketStage(new AggregateError([coded('ENOTFOUND'), coded('ECONNREFUSED')]))).toBe('dns');
  });
});

describe('the error of an adapter', () => {
  it('keeps neither the driver’s error nor a secret in its words', () => {
    const driver = Object.assign(new Error('AUTH s3cret/pw failed for s3cret%2Fpw\nstack'), {
      code: 'ECONNRESET',
      command: { args: ['s3cret/pw'] },
    });
    const error = targetError('closed', address, { cause: driver, secrets: ['s3cret/pw'] });

    expect(error.cause).toBeUndefined();
    expect(JSON.stringify({ ...error, message: error.message })).not.toMatch(/s3cret/);
    expect(error.facts).toMatchObject({
      host: 'h',
      port: 6379,
      code: 'ECONNRESET',
      detail: 'AUTH *** failed for ***',
    });
  });

  it('does not blot out words because a secret is a letter or two', () => {
    expect(blot('a refused', ['a'])).toBe('a refused');
  });
});

describe('a breaker', () => {
  it('makes a dead endpoint cost its timeout once', async () => {
    const breaker = new CircuitBreaker();
    let calls = 0;
    const dead = () => {
      calls += 1;
      return Promise.reject(targetError('no-answer', address));
    };
    await expect(breaker.run(dead)).rejects.toMatchObject({ stage: 'no-answer' });
    await expect(breaker.run(dead)).rejects.toMatchObject({ stage: 'no-answer' });

    expect(calls).toBe(1);
  });

  it('stays open after a refusal that says nothing about the way', async () => {
    const breaker = new CircuitBreaker();
    await expect(breaker.run(() => Promise.reject(targetError('auth', address)))).rejects.toThrow();

    expect(await breaker.run(() => Promise.resolve('fine'))).toBe('fine');
  });

  it('may watch the connection only', async () => {
    const breaker = new CircuitBreaker(unconnected);
    await expect(breaker.run(() => Promise.reject(targetError('no-answer', address)))).rejects.toThrow();

    expect(await breaker.run(() => Promise.resolve('another path'))).toBe('another path');
  });

  it('stays closed after what a living endpoint told', async () => {
    const breaker = new CircuitBreaker(undefined, undefined, ({ facts }) => facts['sqlstate'] === '55P03');
    const cancelled = targetError('no-answer', address, { facts: { sqlstate: '55P03' } });
    await expect(breaker.run(() => Promise.reject(cancelled))).rejects.toThrow();

    expect(await breaker.run(() => Promise.resolve('fine'))).toBe('fine');
  });

  it.each(['no-answer', 'connect-timeout', 'closed'] as const)(
    'tries again after %s that a process met which was late itself',
    async (stage) => {
      const breaker = new CircuitBreaker();
      const late = async () => {
        const until = performance.now() + 400;
        while (performance.now() < until);
        await new Promise(setImmediate);
        throw targetError(stage, address);
      };
      await expect(breaker.run(late)).rejects.toMatchObject({ stage });

      expect(await breaker.run(() => Promise.resolve('it answers'))).toBe('it answers');
    },
  );

  it('forgets after a while', async () => {
    const breaker = new CircuitBreaker(unconnected, 0);
    await expect(breaker.run(() => Promise.reject(targetError('refused', address)))).rejects.toThrow();

    expect(await breaker.run(() => Promise.resolve('back'))).toBe('back');
  });
});

describe('a bounded call', () => {
  it('ends at its time, and tells the work', async () => {
    let told: unknown;
    const call = bounded({ timeoutMs: 10 }, (signal) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      return new Promise(() => undefined);
    });

    await expect(call).rejects.toBeInstanceOf(DeadlinePassed);
    expect(told).toBeInstanceOf(DeadlinePassed);
  });

  it('ends with the caller’s signal, before it began as well', async () => {
    const controller = new AbortController();
    const call = bounded(
      { timeoutMs: 10_000, signal: controller.signal },
      () => new Promise(() => undefined),
    );
    controller.abort();

    await expect(call).rejects.toMatchObject({ stage: 'aborted' });
    await expect(
      bounded({ timeoutMs: 10, signal: controller.signal }, () => Promise.resolve(1)),
    ).rejects.toBeInstanceOf(TargetError);
  });
});

describe('a leased connection', () => {
  it('is opened once for all that use it, and closed when asked', async () => {
    const events: string[] = [];
    const book = new SharedConnections();
    const connection = book.share({
      open: () => {
        events.push('open');
        return Promise.resolve('connection');
      },
      close: () => {
        events.push('close');
        return Promise.resolve();
      },
    });
    await Promise.all([connection.use(() => Promise.resolve()), connection.use(() => Promise.resolve())]);
    await book.closeAll();
    await connection.use(() => Promise.resolve());
    await connection.drop();

    expect(events).toEqual(['open', 'close', 'open', 'close']);
  });

  it('of one run is closed without that of another, and all are in the end', async () => {
    const closed: string[] = [];
    const all = new SharedConnections();
    const used = async (name: string) => {
      const run = all.ofRun();
      await run
        .share({
          open: () => Promise.resolve(name),
          close: (one) => {
            closed.push(one);
            return Promise.resolve();
          },
        })
        .use(() => Promise.resolve());
      return run;
    };
    const [first] = [await used('first'), await used('second')];
    await first.closeAll();

    expect(closed).toEqual(['first']);
    await all.closeAll();
    expect(closed).toEqual(['first', 'second']);
  });

  it('that could not be opened is tried anew', async () => {
    let tries = 0;
    const connection = new SharedConnections().share({
      open: () => {
        tries += 1;
        return tries === 1 ? Promise.reject(new Error('no')) : Promise.resolve('yes');
      },
      close: () => Promise.resolve(),
    });
    await expect(connection.use((value) => Promise.resolve(value))).rejects.toThrow('no');

    expect(await connection.use((value) => Promise.resolve(value))).toBe('yes');
    await connection.drop();
  });
});

describe('reaching a port', () => {
  it('tells open from refused from a name that does not resolve', async () => {
    const silent = await silentPort();
    const options = { timeoutMs: 2_000 };
    try {
      expect(await tcpCheck('127.0.0.1', silent.port, options)).toBe('open');
      expect(await tcpCheck('127.0.0.1', await closedPort(), options)).toBe('refused');
      expect(await tcpCheck('nowhere.invalid', 1, options)).toBe('dns');
      expect(await tcpCheck('127.0.0.1', silent.port, { ...options, signal: AbortSignal.abort() })).toBe(
        'aborted',
      );
    } finally {
      await silent.close();
    }
  });
});
