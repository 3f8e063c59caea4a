#!/bin/sh
exec /usr/bin/redis-server /etc/redis/redis.conf --requirepass "$REDIS_PASSWORD" "$@"
