#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tries the release archive and the wheel of `make dist` in a bare root without Swift.
#
#   tools/try_dist.sh [ROOT-FOLDER]      needs root, and debootstrap when the folder does not hold a system yet
#
# The system in the folder is Debian 12 with Python and nothing else. Nothing inside it reaches the network.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:-$(mktemp -d)/bare}
say() { printf 'try_dist: %s\n' "$*" >&2; }

[ "$(id -u)" = 0 ] || { say "a bare root needs an account that may chroot; run it as root"; exit 2; }
archive=$(ls -t dist/gradus-*.tar.gz 2>/dev/null | head -1) || true
wheel=$(ls -t dist/gradus-*.whl 2>/dev/null | head -1) || true
[ -n "$archive" ] && [ -n "$wheel" ] || { say "run 'make dist' first"; exit 2; }

if [ ! -x "$root/bin/sh" ]; then
  command -v debootstrap >/dev/null || { say "installing debootstrap with apt-get"; apt-get install -y -q debootstrap >/dev/null; }
  say "making a bare Debian 12 in $root"
  debootstrap --variant=minbase --include=python3,python3-venv bookworm "$root" >/dev/null
fi
if find "$root/usr" "$root/opt" -name 'libswift*' 2>/dev/null | grep -q .; then say "$root is not bare: it holds Swift"; exit 1; fi

rm -rf "$root/try" && mkdir -p "$root/try/wheels"
cp Examples/diet.mps Examples/crew_roster.lp Examples/portfolio.qps tools/check_answer.py "$wheel" "$root/try/"
tar -xzf "$archive" -C "$root/try" --strip-components=1
say "fetching the wheels the wheel depends on"
python3 -m pip download --quiet --disable-pip-version-check --only-binary :all: --no-deps --python-version 3.11 \
  --dest "$root/try/wheels" highsbox
cp "$wheel" "$root/try/wheels/"

# A program learns its arguments and its own place from /proc, which every real system has.
mounted=
cleanup() { [ -z "$mounted" ] || umount "$root/proc"; }
trap cleanup EXIT
if [ ! -e "$root/proc/self" ]; then mount -t proc proc "$root/proc"; mounted=1; fi

inside() { chroot "$root" /usr/bin/env -i PATH="$1:/usr/bin:/bin" HOME=/try LANG=C.UTF-8 sh -ec "cd /try; $2"; }

say "the archive, without HiGHS"
inside /try/bin 'gradus version; gradus doctor; gradus solve portfolio.qps --quiet --solution p.json >/dev/null
  python3 check_answer.py portfolio.qps p.json
  code=0; gradus solve crew_roster.lp --quiet || code=$?; echo "exit code without HiGHS: $code"; [ $code = 5 ]'

say "the wheel, with HiGHS from its own dependency"
inside /try/env/bin 'python3 -m venv env; pip install --quiet --no-index --find-links wheels gradus
  gradus version; gradus doctor
  gradus solve diet.mps --quiet --solution d.json >/dev/null; python3 check_answer.py diet.mps d.json
  gradus solve crew_roster.lp --quiet | head -3; gradus verify diet.mps d.json'
say "both work in a bare root"
