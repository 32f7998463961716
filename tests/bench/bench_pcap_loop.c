/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The yardstick: what libpcap alone needs to hand over every packet of a file. Usage: bench_pcap_loop FILE */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
  char message[PCAP_ERRBUF_SIZE];
  struct pcap_pkthdr *header;
  const u_char *bytes;
  unsigned long packets = 0;
  pcap_t *pcap;
  int rc;

  if (argc != 2) {
    fputs("usage: bench_pcap_loop FILE\n", stderr);
    return 2;
  }
  pcap = pcap_open_offline(argv[1], message);
  if (!pcap) {
    fprintf(stderr, "%s\n", message);
    return 3;
  }
  while ((rc = pcap_next_ex(pcap, &header, &bytes)) == 1)
    packets++;
  printf("%lu\n", packets);
  pcap_close(pcap);
  return rc == PCAP_ERROR_BREAK ? 0 : 3;
}
