import type { ChannelSettings, Channels } from '../../domain/ports/channels.ts';
import { ids, jsonAsIs } from './gate.ts';
import { type Query, withoutNulls } from './query.ts';

interface StoredChannel {
  readonly channel: string;
  readonly team_id: string;
  readonly digest_enabled: boolean | null;
  readonly digest_at: string | null;
  readonly digest_timezone: string | null;
  readonly updated_at: Date;
}

const columns = 'channel, team_id, digest_enabled, digest_at, digest_timezone, updated_at';

function toSettings(row: StoredChannel): ChannelSettings {
  return withoutNulls<ChannelSettings>({
    channel: row.channel,
    teamId: row.team_id,
    digestEnabled: row.digest_enabled ?? undefined,
    digestAt: row.digest_at ?? undefined,
    digestTimezone: row.digest_timezone ?? undefined,
    updatedAt: row.updated_at,
  });
}

export function createChannels(query: Query): Channels {
  return {
    async get(channel) {
      const { rows } = await query<StoredChannel>(
        `SELECT ${columns} FROM channel_settings WHERE channel = $1`,
        ids(channel),
      );
      return rows[0] === undefined ? undefined : toSettings(rows[0]);
    },
    async all() {
      const { rows } = await query<StoredChannel>(`SELECT ${columns} FROM channel_settings ORDER BY channel`);
      return rows.map(toSettings);
    },
    async save({ channel, teamId, digestEnabled, digestAt, digestTimezone }, by) {
      await query(
        `INSERT INTO channel_settings (channel, team_id, digest_enabled, digest_at, digest_timezone, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (channel) DO UPDATE SET team_id = excluded.team_id,
           digest_enabled = excluded.digest_enabled, digest_at = excluded.digest_at,
           digest_timezone = excluded.digest_timezone, updated_by = excluded.updated_by,
           updated_at = clock_timestamp()`,
        [...ids(channel, teamId, digestEnabled, digestAt, digestTimezone), jsonAsIs(by ?? { system: true })],
      );
    },
  };
}
