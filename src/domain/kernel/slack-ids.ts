import { z } from 'zod';

export const userId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,30}$/, 'must be a Slack user id, such as U07HB2VC94N');

export const usergroupId = z
  .string()
  .regex(/^S[A-Z0-9]{1,30}$/, 'must be a Slack usergroup id, such as S06LM1XR7DA');

export const channelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'must be a channel id, such as C07QKZ3M8TW');
