-- The roles of the processes and a login for each: made with the database, or once before an upgrade (docs/guides/operate.md).
\getenv bot_password BOT_DATABASE_PASSWORD
\getenv worker_password WORKER_DATABASE_PASSWORD
\getenv scheduler_password SCHEDULER_DATABASE_PASSWORD
CREATE ROLE aetherius_app_bot NOLOGIN;
CREATE ROLE aetherius_app_worker NOLOGIN;
CREATE ROLE aetherius_app_scheduler NOLOGIN;
CREATE ROLE aetherius_app_cli NOLOGIN;
GRANT aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler, aetherius_app_cli TO aetherius_app;
CREATE ROLE aetherius_bot LOGIN;
CREATE ROLE aetherius_worker LOGIN;
CREATE ROLE aetherius_scheduler LOGIN;
ALTER ROLE aetherius_bot PASSWORD :'bot_password';
ALTER ROLE aetherius_worker PASSWORD :'worker_password';
ALTER ROLE aetherius_scheduler PASSWORD :'scheduler_password';
GRANT aetherius_app_bot TO aetherius_bot;
GRANT aetherius_app_worker TO aetherius_worker;
GRANT aetherius_app_scheduler TO aetherius_scheduler;
-- Before there were kinds, the bot's login was a member of the sum.
REVOKE aetherius_app FROM aetherius_bot;
