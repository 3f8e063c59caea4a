#!/bin/sh
# Builds the lab's services and the root file systems their images need, once, into a cache.
# Prints the folder.  lab/build-services.sh [folder]     (default $AETHERIUS_LAB_SERVICES, then ${XDG_CACHE_HOME:-~/.cache}/aetherius-lab/services)
# Each step is skipped when its result is there and its inputs are the same.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=${1:-${AETHERIUS_LAB_SERVICES:-${XDG_CACHE_HOME:-$HOME/.cache}/aetherius-lab/services}}
mkdir -p "$OUT/bin" "$OUT/roots" "$OUT/stamps" "$OUT/python/bin"
exec 9>"$OUT/lock"; flock 9

say() { printf '%s\n' "services: $*" >&2; }
# fresh NAME INPUT...: true when NAME was built from the same inputs
fresh() { name=$1; shift; want=$(cat "$@" "$0" | sha256sum); [ "$(cat "$OUT/stamps/$name" 2>/dev/null)" = "$want" ]; }
done_with() { name=$1; shift; cat "$@" "$0" | sha256sum > "$OUT/stamps/$name"; }

go_sources() { find "$HERE/services/cmd" "$HERE/services/internal" -name '*.go' | LC_ALL=C sort; echo "$HERE/services/go.mod"; echo "$HERE/services/go.sum"; }
if ! fresh go $(go_sources); then
  command -v go >/dev/null || { say "Go 1.26 or newer is missing (https://go.dev/dl)"; exit 1; }
  say "Go services"
  (cd "$HERE/services" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$OUT/bin/" ./cmd/...)
  done_with go $(go_sources)
fi

# unpack ROOT PACKAGE...: Debian packages into a folder, without installing them
unpack() {
  root=$1; shift
  rm -rf "$OUT/roots/$root.part"; mkdir -p "$OUT/roots/$root.part" "$OUT/debs"
  (cd "$OUT/debs" && apt-get download -q "$@" >/dev/null)
  for package in "$@"; do
    deb=$(ls -t "$OUT/debs/${package}"_*.deb | head -n 1)
    dpkg -x "$deb" "$OUT/roots/$root.part"
  done
  # As on any merged Debian 12 system: one /usr, the short paths are links.
  for dir in bin sbin lib lib64; do
    if [ -d "$OUT/roots/$root.part/$dir" ] && [ ! -L "$OUT/roots/$root.part/$dir" ]; then
      mkdir -p "$OUT/roots/$root.part/usr/$dir"
      cp -a "$OUT/roots/$root.part/$dir/." "$OUT/roots/$root.part/usr/$dir/"
      rm -rf "$OUT/roots/$root.part/$dir"
      ln -s "usr/$dir" "$OUT/roots/$root.part/$dir"
    fi
  done
  rm -rf "$OUT/roots/$root.part/usr/share/doc" "$OUT/roots/$root.part/usr/share/man" "$OUT/roots/$root.part/usr/share/lintian"
}
settle() { rm -rf "$OUT/roots/$1"; mv "$OUT/roots/$1.part" "$OUT/roots/$1"; }

GLIBC="libc6 libgcc-s1 libstdc++6 zlib1g libcrypt1"
REDIS="libsystemd0 libssl3 libcap2 libgcrypt20 libgpg-error0 liblzma5 liblz4-1 libzstd1"
PYTHON="$GLIBC libpython3.11-minimal python3.11-minimal libpython3.11-stdlib libexpat1 libssl3 libffi8 libbz2-1.0 liblzma5 libuuid1 libsqlite3-0"
JAVA="$GLIBC openjdk-17-jre-headless"

if ! fresh glibc /dev/null; then say "libraries for PostgreSQL and Redis"; unpack glibc $GLIBC $REDIS; settle glibc; done_with glibc /dev/null; fi
if ! fresh java /dev/null; then
  say "Java for Neo4j"; unpack java $JAVA
  # What the package's scripts would do: settings in /etc are links there already; the security files are real.
  settle java; done_with java /dev/null
fi

# The unpacked Python, started on this machine with its own libraries.
cat > "$OUT/python/bin/python3" <<EOF
#!/bin/sh
R=$OUT/roots/python
exec env PYTHONHOME="\$R/usr" PYTHONPATH="\$R/usr/lib/python3/dist-packages" PYTHONDONTWRITEBYTECODE=1 \\
  "\$R/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "\$R/usr/lib/x86_64-linux-gnu" "\$R/usr/bin/python3.11" "\$@"
EOF
chmod +x "$OUT/python/bin/python3"

REQ=$HERE/services/reasoning-service/requirements.txt
if ! fresh python "$REQ"; then
  say "Python and scikit-learn"
  unpack python $PYTHON
  ln -sf python3.11 "$OUT/roots/python.part/usr/bin/python3"; ln -sf python3.11 "$OUT/roots/python.part/usr/bin/python"
  mkdir -p "$OUT/roots/python.part/usr/lib/python3/dist-packages"
  python3 -m pip --version >/dev/null 2>&1 || { say "pip is missing (apt-get install python3-pip)"; exit 1; }
  python3 -m pip install -q --no-compile --disable-pip-version-check --only-binary=:all: --python-version 3.11 --implementation cp \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --target "$OUT/roots/python.part/usr/lib/python3/dist-packages" -r "$REQ"
  find "$OUT/roots/python.part/usr/lib/python3/dist-packages" -depth -type d -name tests -exec rm -rf {} +
  settle python
  # Compiled once here, or else by every start of a container. Hashes, not times: an image has no times.
  "$OUT/python/bin/python3" -m compileall -q -j 2 --invalidation-mode unchecked-hash \
    "$OUT/roots/python/usr/lib/python3.11" "$OUT/roots/python/usr/lib/python3/dist-packages" >/dev/null || true
  done_with python "$REQ"
fi

APP=$HERE/services/reasoning-service
if ! fresh reasoning "$APP"/*.py "$REQ"; then
  say "model of reasoning-service"
  rm -rf "$OUT/reasoning"; mkdir -p "$OUT/reasoning/app" "$OUT/reasoning/models"
  cp "$APP"/*.py "$OUT/reasoning/app/"
  "$OUT/python/bin/python3" "$APP/train_model.py" "$OUT/reasoning/models/isolation-forest.joblib"
  done_with reasoning "$APP"/*.py "$REQ"
fi
say "ready"; printf "%s\n" "$OUT"
