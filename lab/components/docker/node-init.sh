#!/usr/bin/env bash
# First process of the engine's namespaces (network, mounts, processes). When it
# dies the kernel ends dockerd, every container, mount, bridge and iptables rule.
set -euo pipefail
STATE=${1#lab-node:}
read -r pid _ </proc/self/stat        # /proc is still the machine's: its pid for us

mount -t proc proc /proc
mount -t tmpfs tmpfs /run             # sockets of shims, network namespaces, the xtables lock
[ ! -e /etc/resolv.conf ] || mount --bind "$STATE/resolv.conf" /etc/resolv.conf
mount --make-rshared /
sysctl -qw net.ipv4.ip_forward=1
ip link set lo up

echo "$pid" >"$STATE/node.pid"
sleep infinity &
wait                                  # bash reaps the orphans that end up here
