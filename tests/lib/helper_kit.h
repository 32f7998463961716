/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine with helpers and what it says, for tests: packets are made from addresses and payload, events are kept as
 * lines of text, so that a whole exchange is one comparison.
 */
#ifndef TESTS_HELPER_KIT_H
#define TESTS_HELPER_KIT_H

#include <glib.h>

#include "conntrack/engine.h"

typedef struct hk {
  ct_params params;
  ct_engine *engine;
  gint64 now_ns; /* of the next packet; each takes a millisecond */
  guint64 number;
  guint cut;                   /* bytes of the next packet that the snap length cuts */
  const ct_template *template; /* of the next packet, as the two that follow */
  void (*between)(struct hk *k, ct_passage *passage);
  ct_fate fate;
  ct_result result; /* of the last packet */
  GString *said;    /* a line per event since the last hk_expect_said */
} hk;

/* One end: "10.1.0.2:21" or "[fd01::2]:21". */
typedef const char *hk_end;

/* params are those of linux-6.18, to be changed before the first packet. */
void hk_start(hk *k);
void hk_stop(hk *k);
/* The engine, which is made with the first packet at the latest. */
ct_engine *hk_engine(hk *k);

void hk_udp(hk *k, hk_end from, hk_end to, const void *payload, gsize length);
void hk_udp_text(hk *k, hk_end from, hk_end to, const char *payload);
void hk_gre(hk *k, const char *from, const char *to, guint16 call_id);

/* A TCP connection: sequence numbers are kept for its two ends. */
typedef struct hk_tcp {
  hk *kit;
  hk_end end[2];
  guint32 seq[2];
} hk_tcp;
/* Three-way handshake. */
void hk_tcp_open(hk *k, hk_tcp *tcp, hk_end client, hk_end server);
/* Only prepared: the caller sends the segments. */
void hk_tcp_init(hk *k, hk_tcp *tcp, hk_end client, hk_end server);
/* dir 0: from the client. Data, then its acknowledgement (but where the data was dropped). */
void hk_tcp_send(hk_tcp *tcp, guint dir, const void *payload, gsize length);
void hk_tcp_text(hk_tcp *tcp, guint dir, const char *payload);
/* The same data again. */
void hk_tcp_again(hk_tcp *tcp, guint dir, const char *payload);
/* One segment with these CT_TCP_* flags. */
void hk_tcp_segment(hk_tcp *tcp, guint dir, guint8 flags, const void *payload, gsize length);
void hk_tcp_finish(hk_tcp *tcp, guint dir); /* a FIN */
void hk_tcp_reset(hk_tcp *tcp);

void hk_pass(hk *k, gint64 seconds);

/*
 * Fails where the lines since the last time are not these. Entries are left out; an expectation is
 * "+ 10.2.0.2 > 10.1.0.2:2561 tcp 300 PORT" when announced (source, destination, seconds, by what), "- ... used" when
 * gone (reason).
 */
void hk_expect_said(hk *k, const char *lines);

#endif
