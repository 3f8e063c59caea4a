-- The bot's logins, made when the database is: one that owns the tables, one that the bot runs as, and no superuser.
\getenv owner_password BOT_DATABASE_OWNER_PASSWORD
\getenv bot_password BOT_DATABASE_PASSWORD
CREATE ROLE aetherius_app NOLOGIN;
CREATE ROLE aetherius_owner LOGIN PASSWORD :'owner_password';
GRANT aetherius_app TO aetherius_owner WITH ADMIN OPTION;
CREATE ROLE aetherius_bot LOGIN PASSWORD :'bot_password' IN ROLE aetherius_app;
CREATE DATABASE aetherius_bot OWNER aetherius_owner;
-- The superuser comes in by the container's own socket alone.
ALTER ROLE postgres PASSWORD NULL;
