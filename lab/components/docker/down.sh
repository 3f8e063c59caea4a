#!/usr/bin/env bash
# Ends the engine with everything in it; nothing stays on this machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CACHE STATE HOST_IF CGROUP
exec "$here/down.sh"
