#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From a fresh clone on Debian 12 to a running ctreplay. Installs packages (as root, or through sudo), builds in ./build.
#   build-aux/setup.sh          builds and replays a sample
#   build-aux/setup.sh check    builds and runs the whole test suite
set -eu
cd "$(dirname "$0")/.."

build_packages='gcc libc6-dev make autoconf automake libtool pkg-config git ca-certificates
  libpcap-dev libglib2.0-dev zlib1g-dev libisal-dev liblzma-dev libzstd-dev libjson-glib-dev libmnl-dev libseccomp-dev libsqlite3-dev libncurses-dev check'
check_packages='g++ nftables python3 iptables ipset conntrack ethtool tcpdump tshark tmux sqlite3 chromium clang clang-format clang-tidy cppcheck shellcheck jq xz-utils zstd iproute2 zsh parallel busybox'

packages_install() {
  missing=''
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  root=''
  [ "$(id -u)" -eq 0 ] || root='sudo'
  $root env DEBIAN_FRONTEND=noninteractive apt-get -q update
  # shellcheck disable=SC2086 # a list of package names
  $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing
}

case ${1-} in
'')
  # shellcheck disable=SC2086
  packages_install $build_packages
  autoreconf -fi
  mkdir -p build
  (cd build && ../configure -q && make -j"$(nproc)")
  sample=$(find samples build/samples -name '*.pcap' 2>/dev/null | sort | head -n 1)
  echo "\$ build/ctreplay $sample"
  build/ctreplay "$sample"
  ;;
check)
  # shellcheck disable=SC2086
  packages_install $build_packages $check_packages
  exec build-aux/check-all.sh
  ;;
*)
  echo "usage: build-aux/setup.sh [check]" >&2
  exit 2
  ;;
esac
