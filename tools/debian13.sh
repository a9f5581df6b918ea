#!/bin/bash
# Builds Waymark and runs its unit tests on Debian 13, in a folder that debootstrap makes: build-debian13/.
# The first run fetches about 300 MB of packages; a later one builds only what changed.
#   DEBIAN_MIRROR   where packages come from (default: what this machine's apt uses, or deb.debian.org)
#   DEBIAN13_ROOT   the folder, if not build-debian13
set -euo pipefail
cd "$(dirname "$0")/.."
root=${DEBIAN13_ROOT:-$PWD/build-debian13}

if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "debian13: needs root, for debootstrap and chroot" >&2; exit 77; }
  exec sudo --preserve-env=DEBIAN_MIRROR,DEBIAN13_ROOT "$0" "$@"
fi
command -v debootstrap >/dev/null || { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends debootstrap >/dev/null; }

# The Debian mirror of this machine, if it has one of its own.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
    grep -v '^ *#' | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
  echo "${found:-http://deb.debian.org/debian}"
}

if [ ! -e "$root/.made" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase trixie "$root" "${DEBIAN_MIRROR:-$(mirror)}" >"$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
  rm -f "$root.log"
  touch "$root/.made"
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/"

# The files git knows, as they are now; no .git, as in a source archive. What was built before stays.
mkdir -p "$root/waymark"
find "$root/waymark" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
git ls-files -z | while IFS= read -r -d '' f; do [ -e "$f" ] && printf '%s\0' "$f"; done | tar --null -T - -cf - | tar -xf - -C "$root/waymark"

# Mounts of its own, which vanish with the process.
exec unshare --mount --pid --fork bash -euc '
  root=$1
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/tmp"
  exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -euc "
    cd /waymark
    ./dev build
    build/waymark --version
    dpkg-query -W libcmocka-dev >/dev/null 2>&1 || apt-get install -y -q --no-install-recommends libcmocka-dev >/dev/null
    [ -f build-unit/build.ninja ] || meson setup build-unit -Db_sanitize=address,undefined -Db_lundef=false --werror >/dev/null
    ninja -C build-unit --quiet
    CMOCKA_MESSAGE_OUTPUT=stdout UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 meson test -C build-unit --no-rebuild --num-processes 2 --print-errorlogs
  "
' debian13 "$root"
