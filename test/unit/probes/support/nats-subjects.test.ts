import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import {
  covers,
  mayCover,
  ofPlatform,
  withoutPlaceholders,
} from '../../../../src/probes/support/nats-subjects.ts';

describe('a subject', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['>', 'a', true],
    ['a.>', 'a', false],
    ['a.b', 'a.c', false],
    ['a.*', 'a.b.c', false],
    ['a.b.c', 'a.b', false],
    ['a.*', 'a.*', true],
    ['a.b', 'a.*', false],
    ['a.*', 'a.>', false],
    ['a.>', 'a.>', true],
    ['*.b', 'a.b', true],
  ])('%s takes in %s: %s', (own, wanted, expected) => {
    expect(covers(own, wanted)).toBe(expected);
  });

  it.each([
    ['a.{x}.b', 'a.*.b'],
    ['a.{{ .x }}.b', 'a.*.b'],
    ['a.${X}.b', 'a.*.b'],
    ['a.$(X).b', 'a.*.b'],
    ['a.<x>.b', 'a.*.b'],
    [' a.agent-{x} ', 'a.*'],
    ['a.b', 'a.b'],
  ])('%s without placeholders is %s', (subject, plain) => {
    expect(withoutPlaceholders(subject)).toBe(plain);
  });

  it.each([
    ['a.c1.b', 'a.*.b', true],
    ['a.*.b', 'a.*.b', true],
    ['a.c1.c', 'a.*.b', false],
    ['a', 'a.*', false],
  ])('%s may take in %s: %s', (own, wanted, expected) => {
    expect(mayCover(own, wanted)).toBe(expected);
  });

  it.each([
    ['aetherius.events.c1', true],
    ['aetherius', true],
    ['orders.aetherius', false],
    ['>', undefined],
    ['*.events', undefined],
  ])('%s is the platform’s: %s', (subject, expected) => {
    expect(ofPlatform(subject, asInGuide)).toBe(expected);
  });

  it('is the platform’s with the first word of any of its subjects', () => {
    const subjects = { ...asInGuide.subjects, registration: 'fleet.*.register' };

    expect(ofPlatform('fleet.c1.register', { ...asInGuide, subjects })).toBe(true);
    expect(ofPlatform('', asInGuide)).toBe(false);
  });
});
