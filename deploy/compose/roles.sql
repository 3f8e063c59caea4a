-- The roles of the processes and a login for each: made with the database, or once before an upgrade (docs/guides/operate.md).
-- It may be run again: what is there stays, and each login gets the password of its variable. Any psql reads it.
\set bot_password `printenv BOT_DATABASE_PASSWORD`
\set worker_password `printenv WORKER_DATABASE_PASSWORD`
\set scheduler_password `printenv SCHEDULER_DATABASE_PASSWORD`
-- Who receives alerts; without its password nobody logs in as it.
\set alerts_password `printenv ALERTS_DATABASE_PASSWORD || true`
SELECT 'CREATE ROLE ' || wanted || kind FROM (VALUES
  ('aetherius_app_bot', ' NOLOGIN'), ('aetherius_app_worker', ' NOLOGIN'), ('aetherius_app_scheduler', ' NOLOGIN'),
  ('aetherius_app_alerts', ' NOLOGIN'), ('aetherius_alerts', ' LOGIN'),
  ('aetherius_app_cli', ' NOLOGIN'), ('aetherius_bot', ' LOGIN'), ('aetherius_worker', ' LOGIN'),
  ('aetherius_scheduler', ' LOGIN')) AS roles (wanted, kind)
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec
GRANT aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler, aetherius_app_alerts, aetherius_app_cli
  TO aetherius_app;
ALTER ROLE aetherius_bot PASSWORD :'bot_password';
ALTER ROLE aetherius_worker PASSWORD :'worker_password';
ALTER ROLE aetherius_scheduler PASSWORD :'scheduler_password';
ALTER ROLE aetherius_alerts PASSWORD :'alerts_password';
GRANT aetherius_app_bot TO aetherius_bot;
GRANT aetherius_app_worker TO aetherius_worker;
GRANT aetherius_app_scheduler TO aetherius_scheduler;
GRANT aetherius_app_alerts TO aetherius_alerts;
-- Before there were kinds, the bot's login was a member of the sum.
REVOKE aetherius_app FROM aetherius_bot;
