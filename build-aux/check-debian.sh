#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages of debian/: built from the tarball, looked at by lintian, installed, run and removed in a clean chroot.
# Usage: check-debian.sh TARBALL (make dist). Skips (77) what this machine has no tools for, and says so.
set -eu
tarball=${1:?give the tarball of make dist}
for tool in dpkg-buildpackage dh lintian; do
  command -v "$tool" > /dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$tarball" -C "$work"
cd "$work"/ctreplay-*
DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS-}" dpkg-buildpackage -us -uc -b > ../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; }
cd ..
ls ./*.deb
# Errors and warnings, but for the address: who publishes packages puts a name of their own.
lintian --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog --tag-display-limit 0 --fail-on error,warning ./*.changes
echo 'lintian says nothing'

if ! command -v mmdebstrap > /dev/null || [ "$(id -u)" -ne 0 ]; then
  echo 'not installed in a clean chroot: that takes root and mmdebstrap'
  exit 0
fi
root=$work/root
# shellcheck disable=SC1091 # a file of the system
mmdebstrap --quiet --variant=apt "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" || { echo 'skipped: no chroot could be made'; exit 77; }
mkdir "$root/packages"
cp ./*.deb "$root/packages"
cp -R ctreplay-*/debian/tests "$root/packages/tests"
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
files() { (cd "$root" && find . -xdev -path ./var -prune -o -path ./packages -prune -o -path ./proc -prune -o -path ./tmp -prune -o -print | sort); }
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
inside apt-get -q update > "$work/install.log" 2>&1 || { tail "$work/install.log"; exit 1; }
inside sh -c 'apt-get -q -y install gcc libc6-dev pkg-config libglib2.0-dev libpcap0.8 libjson-glib-1.0-0 libmnl0 libseccomp2 libsqlite3-0 liblzma5 libzstd1' > "$work/install.log" 2>&1 || { tail "$work/install.log"; exit 1; }
files > "$work/before"
inside sh -c 'apt-get -q -y install /packages/ctreplay_*.deb /packages/libctreplay0_*.deb /packages/libctreplay-dev_*.deb' > "$work/install.log" 2>&1 || { tail "$work/install.log"; exit 1; }
for test in sample library; do
  inside sh "/packages/tests/$test"
  echo "in the chroot: $test passed"
done
inside apt-get -q -y purge ctreplay libctreplay0 libctreplay-dev > "$work/install.log" 2>&1 || { tail "$work/install.log"; exit 1; }
files > "$work/after"
diff "$work/before" "$work/after" || { echo 'something stayed behind'; exit 1; }
echo 'installed, run and removed; nothing stayed behind'
