#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The library as it is installed: found by pkg-config, its header alone, its example built and run, its symbols.
. "${srcdir:-.}/tests/cli/capture.sh"
: "${CC:=cc}" "${NM:=nm}" "${PKG_CONFIG:=pkg-config}"
root=$work/root
[ -n "${libdir-}" ] || { echo 'skipped: to be run by make check, which knows where things go'; exit 77; }

# The make around this one has other things in mind.
if ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make install DESTDIR="$root" > "$work/install" 2>&1; then
  tail -n 20 "$work/install"
  echo 'failed: make install'
  exit 1
fi
header=$root$includedir/ctreplay.h
library=$root$libdir/libctreplay.so
for file in "$header" "$root$libdir/pkgconfig/ctreplay.pc" "$root$docdir/examples/track.c" "$root$docdir/examples/rules.c" "$root$docdir/library.md" \
  "$root$mandir/man3/libctreplay.3" "$root$mandir/man5/ctreplay-scenario.5"; do
  expect 0 '' '' test -s "$file"
done

cat > "$work/wanted" <<'END'
      0.000 s  NEW     #1 10.0.0.2:40000 > 10.0.0.53:53
packet 1: NEW, original, 10 s left
      0.020 s  UPDATE  #1 10.0.0.2:40000 > 10.0.0.53:53
packet 2: ESTABLISHED, reply, 10 s left
      4.000 s  NEW     #2 10.0.0.2:40001 > 10.0.0.53:53
packet 3: NEW, original, 10 s left
     10.020 s  DESTROY #1 10.0.0.2:40000 > 10.0.0.53:53, timeout
in the table: #2, 3 s left, 1+0 packets
     11.000 s  DESTROY #2 10.0.0.2:40001 > 10.0.0.53:53, end
END

cat > "$work/wanted-rules" <<'END'
NEW by wan0: drop, by line 2: the policy
NEW by lan0: accept, by line 4: -A FORWARD -i lan0 -p udp -m udp --dport 53 -j ACCEPT
ESTABLISHED by wan0: accept, by line 3: -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
END

# flags OPTION...: what pkg-config says of the copy under $root.
flags() {
  PKG_CONFIG_PATH=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
    $PKG_CONFIG "$@" ctreplay
}
# example NAME OPTION...: builds it with these options of pkg-config, runs it, compares.
example() {
  name=$1
  shift
  # shellcheck disable=SC2086,SC2046 # lists of flags
  expect 0 '' '' $CC -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror ${build_cflags-} -o "$work/$name" "$root$docdir/examples/track.c" \
    $(flags "$@" --cflags --libs)
  expect 0 '' '' sh -c "'$work/$name' > '$work/$name.out'"
  expect 0 '' '' diff "$work/wanted" "$work/$name.out"
  # shellcheck disable=SC2086,SC2046 # lists of flags
  expect 0 '' '' $CC -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror ${build_cflags-} -o "$work/$name-rules" "$root$docdir/examples/rules.c" \
    $(flags "$@" --cflags --libs)
  expect 0 '' '' sh -c "'$work/$name-rules' > '$work/$name-rules.out'"
  expect 0 '' '' diff "$work/wanted-rules" "$work/$name-rules.out"
}

# GLib is the library's own affair: its include paths are nobody else's, its name is for who links the archive.
flags --cflags --libs > "$work/flags"
expect 1 '' '' grep -i glib "$work/flags"
expect 0 '-lglib-2.0' '' flags --static --libs

if [ -e "$library" ]; then
  LD_LIBRARY_PATH=$root$libdir
  export LD_LIBRARY_PATH
  example shared
  unset LD_LIBRARY_PATH

  # What is declared is exported and the other way round, each with its version.
  sed -n 's/^[a-z].*[ *]\(ctreplay_[a-z_]*\)(.*/\1/p' "$header" | sort > "$work/declared"
  $NM -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort > "$work/exported"
  sed 's/@.*//' "$work/exported" > "$work/names"
  expect 0 '' '' test "$(wc -l < "$work/declared")" -ge 20
  expect 0 '' '' diff "$work/declared" "$work/names"
  if grep -q @ "$work/exported"; then
    expect 1 '' '' grep -v '@@CTREPLAY_[0-9.]*$' "$work/exported"
  else
    echo 'skipped: this linker gives symbols no versions'
  fi
else
  echo 'skipped: configured without a shared library'
fi

if [ -e "$root$libdir/libctreplay.a" ]; then
  rm -f "$root$libdir"/libctreplay.so*
  example static --static
else
  echo 'skipped: configured without a static library'
fi

# The header alone, in a folder of its own, with nobody's include path.
mkdir "$work/alone"
cp "$header" "$work/alone"
echo '#include <ctreplay.h>' > "$work/alone/alone.c"
cp "$work/alone/alone.c" "$work/alone/alone.cc"
# shellcheck disable=SC2086 # CC may have options
expect 0 '' '' $CC -std=c11 -pedantic -Wall -Wextra -Werror -I"$work/alone" -c -o "$work/alone/c.o" "$work/alone/alone.c"
cxx=
for name in c++ g++ clang++; do
  [ -n "$cxx" ] || cxx=$(command -v "$name")
done
if [ -n "$cxx" ]; then
  expect 0 '' '' "$cxx" -std=c++11 -pedantic -Wall -Wextra -Werror -I"$work/alone" -c -o "$work/alone/cc.o" "$work/alone/alone.cc"
else
  echo 'skipped: the header as C++: there is no C++ compiler'
fi
expect 1 '' '' grep -wE 'g(boolean|u?int[0-9]*|s?size|char|pointer)' "$header"
finish
