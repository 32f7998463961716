/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "help.h"
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

#define SCREEN_COLUMNS 80

/* One screen of 24 lines; everything else stands in the manual. */
static const char text[] = "ctreplay [COMMAND] [OPTION]... CAPTURE...   what Linux conntrack would have done\n"
                           "Commands   (none) for a person: what happens, the table at the end, a summary\n"
                           "           -E [expect] event log   -L [expect] table   -C count   -S statistics\n"
                           "           -P one line per packet: class, entry, state before -> after, and why\n"
                           "           --evictions who was evicted or dropped when the table was full\n"
                           "Input      CAPTURE... pcap, pcapng, .gz .xz .zst; - is standard input   --merge\n"
                           "           --bpf EXPR  --start, --end POINT  --count N  -i, --interface IF\n"
                           "           --direction in|out  (POINT: 2026-11-21T10:00:00, +seconds, '#packet')\n"
                           "Kernel     --profile P  --sysctl NAME=VALUE|FILE  --max N  --hashsize N  --ram N\n"
                           "           --gc exact|kernel --hash-seed N --hz N --checksums auto|verify|ignore\n"
                           "           --helpers  --helper NAME:PORT  --no-helper NAME  --local ADDR/LEN\n"
                           "Rules      --rules FILE (iptables, nftables)  --route PREFIX=IF  --mode observe\n"
                           "Show only  -s SRC -d DST -r, -q REPLY-SRC, -DST  -p PROTO --sport N --dport N\n"
                           "           --host ADDR --net ADDR/LEN --port N (any end) --state STATE -u STATUS\n"
                           "           -f ipv4|ipv6  -m MARK  -e NEW,DESTROY,...  --show-from POINT\n"
                           "           -P: --class C  --reason R  --flow N  --verdict V  --rule R\n"
                           "Moments    --at POINT, --every SPAN for -L -C -S: the table as it was then\n"
                           "Output     -o FORMAT[,timestamp,extended,id]  --fields A,B  -W FILE  --plot SVG\n"
                           "           --color, --progress WHEN  --lines N  --load-state, --save-state FILE\n";

void cli_help(void)
{
  const cli_subcommand *command;
  gsize column = 10;
  guint i;

  fputs(text, stdout);
  fputs("First word", stdout);
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++) {
    column += 1 + strlen(command->name);
    if (column > SCREEN_COLUMNS) {
      fputs("\n          ", stdout);
      column = 10 + 1 + strlen(command->name);
    }
    printf(" %s", command->name);
  }
  fputs("; ctreplay WORD --help says what each does\n"
        "           rules --rules FILE CAPTURE counts hits; list changes A B: two kernels\n"
        "Example    tcpdump -U -ni any -w - | ctreplay -E -o timestamp -\n"
        "man ctreplay says the rest.\n",
        stdout);
}

void cli_help_subcommand(const cli_subcommand *command)
{
  printf("ctreplay %s %s\n  %s\nOptions of input and kernel as in ctreplay --help; man ctreplay says the rest.\n",
         command->name, command->arguments, command->help);
}

void cli_version(void)
{
  puts("ctreplay " PACKAGE_VERSION);
  printf("sandbox: %s\n", cli_sandbox_description());
}
