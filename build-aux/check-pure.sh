#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The engine is pure: what libconntrack.a asks of the outside is memory, bytes and assertions. A clock, a random
# number, a file or libpcap in it would show here as an undefined symbol, fortified spellings included.
# Usage: check-pure.sh [LIBRARY]    (as a test: run in the build folder)
set -eu
library=${1:-.libs/libconntrack.a}
LC_ALL=C
export LC_ALL

if ! command -v nm >/dev/null 2>&1; then
  echo "skipped: there is no nm"
  exit 77
fi

# Memory, bytes, sorting, assertions; then what compilers put in by themselves.
allowed='
  malloc calloc realloc free aligned_alloc posix_memalign mmap mremap munmap madvise
  memcpy memmove memset memcmp memchr memrchr memmem strstr strspn strlen strnlen strcmp strncmp strchr strrchr strcasecmp strncasecmp
  strtol strtoul strtoull bsearch qsort abort inet_ntop inet_pton
  g_[a-z]*alloc[a-z0-9_]* g_free g_clear_pointer g_memdup2? g_strdup g_assertion_message[a-z_]* g_return_if_fail_warning
  g_(hash_table|array|ptr_array|byte_array|queue|list|slist|direct|int64|int|str)_[a-z_0-9]* g_ascii_[a-z_]* g_abort g_qsort_with_data
  __[a-z]*_chk __stack_chk_fail _GLOBAL_OFFSET_TABLE_ __assert_fail __ctype_(b|tolower|toupper)_loc
  __asan_[a-z0-9_]* __ubsan_[a-z0-9_]* __sanitizer_[a-z0-9_]* __gcov_[a-z_]* __tsan_[a-z0-9_]* __cpu_(model|indicator_init|features2) __float(un)?tidf
'
# Of the fortified functions only those of bytes: the same wildcard would let __printf_chk through.
refused='^__(v?f?printf|v?s?n?printf|fgets|fread|read|v?asprintf|v?dprintf|fdelt)_chk$'

nm "$library" | awk '
  $NF ~ /:$/ || NF < 2 { next }
  $(NF - 1) == "U" { asked[$NF] = 1; next }
  { has[$NF] = 1 }
  END { for (name in asked) if (!(name in has)) print name }' | sort > check-pure.tmp
pattern=$(printf '%s' "$allowed" | tr -s ' \n' '||' | sed 's/^|//; s/|$//')
bad=$(grep -E "$refused" check-pure.tmp || true; grep -E -v "^($pattern)\$" check-pure.tmp || true)
count=$(wc -l < check-pure.tmp)
rm -f check-pure.tmp
if [ "$count" -eq 0 ]; then
  echo "failed: $library asks for nothing at all: not the library this test is about"
  exit 1
fi
if [ -n "$bad" ]; then
  echo "failed: $library asks the outside for:"
  printf '%s\n' "$bad" | sort -u | sed 's/^/  /'
  exit 1
fi
echo "ok: $count symbols from outside, none of a clock, of chance, of files"
