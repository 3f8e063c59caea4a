-- The bot's database: a login that owns the tables and is no superuser; those of the processes are in roles.sql.
-- It may be run again: what is there stays, and the login gets the password of the variable. Any psql reads it.
\set owner_password `printenv BOT_DATABASE_OWNER_PASSWORD`
SELECT 'CREATE ROLE ' || wanted || kind FROM (VALUES
  ('aetherius_app', ' NOLOGIN'), ('aetherius_owner', ' LOGIN')) AS roles (wanted, kind)
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec
ALTER ROLE aetherius_owner PASSWORD :'owner_password';
GRANT aetherius_app TO aetherius_owner WITH ADMIN OPTION;
SELECT 'CREATE DATABASE aetherius_bot OWNER aetherius_owner'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'aetherius_bot') \gexec
