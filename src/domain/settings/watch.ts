import { z } from 'zod';
import { Duration } from '../fix/policy.ts';
import { channelId } from './slack.ts';

const leastMs = 10_000;
const mostMs = 24 * 60 * 60_000;

export const Watch = z
  .strictObject({
    every: Duration.refine((ms) => ms >= leastMs && ms <= mostMs, 'must be between 10s and 1d').meta({
      description: 'Pause between two looks, such as `5m`; at least `10s`.',
    }),
    channel: channelId.exactOptional().meta({
      description:
        'Channel in which it is told of, where there are no `alerts`, whose channel it shares; default: the first of `slack.channels` with this environment.',
    }),
  })
  .meta({
    description:
      'A worker looks by itself, and tells of what two looks in a row have seen ([how](../guides/alerts.md#watching)). Off when left out.',
  });
