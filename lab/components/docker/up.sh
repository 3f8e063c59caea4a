#!/usr/bin/env bash
# Starts a Docker engine in a set of namespaces of its own. Needs root. Does
# nothing to one that is up. Settings: lib.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ "$(id -u)" = 0 ] || die "needs root"

exec 9<"${BASH_SOURCE[0]}"; flock -w 300 9 || die "another one is at it"
if node_pid >/dev/null; then
  docker version >/dev/null 2>&1 && exit 0
  "$here/down.sh"
fi
[ ! -e "$STATE" ] || "$here/down.sh"
command -v iptables >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends iptables >/dev/null
}
[ -x "$TREE/usr/sbin/dockerd" ] || die "no $TREE/usr/sbin/dockerd"

mkdir -p "$STATE"/{root,client}
echo "nameserver $NODE_IP" >"$STATE/resolv.conf"   # nothing answers there: a name outside the project is unknown at once
setsid unshare --net --mount --pid --fork "$here/node-init.sh" "lab-node:$STATE" >"$STATE/node.log" 2>&1 </dev/null 9>&- &
until_ok 10 node_pid || die "the engine's namespaces did not start: $(cat "$STATE/node.log")"
ip link add "$HOST_IF" type veth peer name eth0 netns "$(node_pid)"
ip addr add "$HOST_IP/30" dev "$HOST_IF"
ip link set "$HOST_IF" up
node ip addr add "$NODE_IP/30" dev eth0
node ip link set eth0 up
ip route add "$POOL" via "$NODE_IP"
for dir in /sys/fs/cgroup/{cpu,cpuacct,cpuset,memory,devices,freezer,blkio,pids,hugetlb,systemd,perf_event,net_cls}; do
  [ ! -d "$dir" ] || mkdir -p "$dir/$CGROUP"
done
if [ -d /sys/fs/cgroup/cpuset ]; then   # v1: a new cpuset takes no process until it is filled
  for f in cpus mems; do cat "/sys/fs/cgroup/cpuset/cpuset.$f" >"/sys/fs/cgroup/cpuset/$CGROUP/cpuset.$f"; done
fi
cat >"$STATE/daemon.json" <<J
{"data-root": "$STATE/root", "exec-root": "/run/docker", "pidfile": "/run/docker.pid", "hosts": ["unix://$DOCKER_SOCK"],
 "cgroup-parent": "/$CGROUP", "exec-opts": ["native.cgroupdriver=cgroupfs"], "bip": "$BRIDGE", "init-path": "$TREE/usr/bin/docker-init",
 "default-address-pools": [{"base": "$POOL", "size": 24}], "userland-proxy-path": "$TREE/usr/sbin/docker-proxy",
 "log-driver": "json-file", "log-opts": {"max-size": "20m"}, "shutdown-timeout": 1, "live-restore": false}
J
start dockerd env PATH="$TREE/usr/sbin:$TREE/usr/bin:$PATH" dockerd --config-file "$STATE/daemon.json"
until_ok 40 docker version || die "dockerd did not start: $(tail -3 "$STATE/dockerd.log")"
# The host may talk to containers directly, not only to published ports.
node iptables -I DOCKER-USER -i eth0 -j ACCEPT
