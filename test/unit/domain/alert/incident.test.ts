import { describe, expect, it } from 'vitest';
import {
  isNamed,
  mayTell,
  namedSymptom,
  poolSymptom,
  takesMore,
  wakes,
  withNames,
} from '../../../../src/domain/alert/incident.ts';

const minute = 60_000;
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 2) + minutes * minute);

describe('an incident', () => {
  it('that fires takes more of the same for a day after its last alert', () => {
    const incident = { symptom: 'D3 redis', lastAt: at(0) };

    expect(takesMore(incident, at(24 * 60 - 1))).toBe(true);
    expect(takesMore(incident, at(24 * 60))).toBe(false);
  });

  it('that is over takes what comes back within ten minutes, however long it fired', () => {
    const incident = { symptom: 'D3 redis', lastAt: at(0), resolvedAt: at(600) };

    expect(takesMore(incident, at(609))).toBe(true);
    expect(takesMore(incident, at(610))).toBe(false);
  });

  it('of alerts that nothing is known of ends its pool after ten quiet minutes', () => {
    expect(takesMore({ symptom: poolSymptom, lastAt: at(0) }, at(9))).toBe(true);
    expect(takesMore({ symptom: poolSymptom, lastAt: at(0) }, at(10))).toBe(false);
    expect(isNamed(poolSymptom)).toBe(false);
    expect(isNamed(namedSymptom('KafkaDown'))).toBe(true);
    expect(isNamed('D3 redis')).toBe(false);
  });

  it('tells its thread at once, and then every quarter of a minute', () => {
    expect(mayTell({}, at(0))).toBe(true);
    expect(mayTell({ lineAt: at(0) }, at(0.24))).toBe(false);
    expect(mayTell({ lineAt: at(0) }, at(0.25))).toBe(true);
  });

  it('that is muted is looked at when its mute is over, after more has joined, and now and then', () => {
    const told = { openedAt: at(0), lineAt: at(10), alerts: 1, said: 1, mutedBy: ['m1'] };
    const active = new Set(['m1', 'configured']);
    expect(wakes(told, active, at(11))).toBe(false);
    expect(wakes(told, new Set(['configured']), at(11))).toBe(true);
    expect(wakes({ ...told, mutedBy: ['configured'] }, active, at(11))).toBe(false);
    expect(wakes(told, active, at(39))).toBe(false);
    expect(wakes(told, active, at(40))).toBe(true);
    expect(wakes({ ...told, alerts: 2 }, active, at(14))).toBe(false);
    expect(wakes({ ...told, alerts: 2 }, active, at(15))).toBe(true);
    const { mutedBy: _none, ...loud } = told;
    expect(wakes(loud, new Set(), at(99))).toBe(false);
  });

  it('keeps each name once, and no more than are ever shown', () => {
    expect(withNames(['a', 'b'], ['b', 'c'])).toEqual(['a', 'b', 'c']);
    expect(
      withNames(
        [],
        Array.from({ length: 1000 }, (_, index) => `${index}`),
      ),
    ).toHaveLength(50);
  });
});
