-- The bot's database, made once: a login that owns the tables and is no superuser; those of the processes are in roles.sql.
\getenv owner_password BOT_DATABASE_OWNER_PASSWORD
CREATE ROLE aetherius_app NOLOGIN;
CREATE ROLE aetherius_owner LOGIN PASSWORD :'owner_password';
GRANT aetherius_app TO aetherius_owner WITH ADMIN OPTION;
CREATE DATABASE aetherius_bot OWNER aetherius_owner;
-- The superuser comes in by the container's own socket alone.
ALTER ROLE postgres PASSWORD NULL;
