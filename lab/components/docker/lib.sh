# shellcheck shell=bash disable=SC2034  # sourced: settings of the Docker engine's node, over those of the Kubernetes lab
STATE=${STATE:-/var/lib/aetherius-lab/docker}
NODE_IP=${NODE_IP:-10.200.1.1}             # the engine's end of the wire: published ports are here
HOST_IP=${HOST_IP:-10.200.1.2}             # this machine, as containers see it
HOST_IF=${HOST_IF:-lab1}
CGROUP=${CGROUP:-aetherius-docker}
POOL=${POOL:-10.246.0.0/16}                # networks that Compose makes
BRIDGE=${BRIDGE:-10.245.0.1/24}            # docker0
source "$(dirname "${BASH_SOURCE[0]}")/../../kubernetes/lib.sh"
TREE=${TREE:-$CACHE/docker}                # Debian's docker.io, containerd, runc, tini, docker-compose, unpacked
DOCKER_SOCK=$STATE/docker.sock
docker() { DOCKER_CONFIG=$STATE/client DOCKER_HOST=unix://$DOCKER_SOCK "$TREE/usr/bin/docker" "$@"; }
