-- The superuser of the bot's own server comes in by the container's own socket alone. Not for a server of others.
ALTER ROLE postgres PASSWORD NULL;
