/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What if one sysctl had another value? Beside the replay, other worlds are played: one for each timeout, with that
 * timeout as long as it may be, and one for each setting that a refusal can name. A world holds only the connections
 * that went another way in it: an entry that ended by its timeout lives on in that timeout's world, a packet that was
 * refused goes to the world in which it would not have been. All later packets of such a connection are tracked there
 * as well. Connections do not touch each other (but by helpers and a full table), so that what a world says of a packet
 * is what a replay with that setting would have said.
 *
 * Bounded: WHATIF_FOLLOWED_MOST connections are followed, the first ones that went another way (at most 300 bytes each:
 * 20 MB); after that whatif_is_full, and of others nothing is known.
 *
 * Life: whatif_new; whatif_watch; whatif_packet after each packet of the engine; whatif_free.
 */
#ifndef JOURNAL_WHATIF_H
#define JOURNAL_WHATIF_H

#include <string.h>

#include "journal.h"

enum { WHATIF_FOLLOWED_MOST = 1 << 16 };

/* X(ID, sysctl after nf_conntrack_, the value it has in that world) */
#define WHATIF_SETTING_LIST(X)                \
  X(LIBERAL, "tcp_be_liberal", 1)             \
  X(INVALID_RST, "tcp_ignore_invalid_rst", 1) \
  X(LOOSE, "tcp_loose", 1)                    \
  X(CHECKSUM, "checksum", 0)                  \
  X(DCCP_LOOSE, "dccp_loose", 1)              \
  X(MAX, "max", 0)

/* A world: a ct_timeout, or beyond those a setting. */
typedef enum whatif_world {
  WHATIF_SETTINGS = CT_TIMEOUT_COUNT - 1,
#define X(id, name, value) WHATIF_##id,
  WHATIF_SETTING_LIST(X)
#undef X
    WHATIF_WORLDS
} whatif_world;
_Static_assert(WHATIF_WORLDS <= 64 && CT_TIMEOUT_OWNERS <= 64, "a bit for each");

typedef struct whatif whatif;

/* params: of the engine, copied. */
whatif *whatif_new(const ct_params *params);
/* NULL is fine. */
void whatif_free(whatif *w);
/* From now on ends in this engine are heard of. */
void whatif_watch(whatif *w, ct_engine *engine);
/* A packet after the engine has tracked it. */
void whatif_packet(whatif *w, const ct_packet *packet, const ct_result *result);

/* Of the packet at hand, in one world where its connection is followed. */
typedef struct whatif_answer {
  whatif_world world;
  gboolean kept;    /* it finds an entry there */
  gboolean passes;  /* it is not INVALID there, and not dropped */
  ct_reason reason; /* why it does not pass there */
  guint32 seconds;  /* of a timeout's world: what is long enough for all of the connection until now; 0: not known */
} whatif_answer;
/* => the i-th; FALSE past the last. In the order of worlds. */
gboolean whatif_answer_get(const whatif *w, guint i, whatif_answer *answer);

/*
 * The sysctl of a world as the kernel spells it, and, of a setting's, the value that it has there. => NULL where that
 * kernel has none.
 */
const char *whatif_sysctl(const whatif *w, whatif_world world, guint32 *value);

/* The world in which a packet refused for this reason would not have been; WHATIF_WORLDS: none. */
static inline whatif_world whatif_own_world(ct_reason reason)
{
  static const struct {
    const char *sysctl;
    whatif_world world;
  } worlds[] = {
#define X(id, name, value) { "nf_conntrack_" name, WHATIF_##id },
    WHATIF_SETTING_LIST(X)
#undef X
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(worlds); i++)
    if (strcmp(ct_reason_sysctl(reason, NULL), worlds[i].sysctl) == 0)
      return worlds[i].world;
  return WHATIF_WORLDS;
}
gboolean whatif_is_full(const whatif *w);
/*
 * From now on no connection is followed any more: for replays in which somebody else has a say on packets, so that a
 * world could not be what a replay with that setting would have been.
 */
void whatif_close(whatif *w);

/* Of a timeout: the longest silences that packets ended, 0 where none did. */
typedef struct whatif_silences {
  gint64 own_ns;     /* on that timeout */
  gint64 special_ns; /* in its state, on a special timeout of TCP that was shorter */
  gint64 begun_ns;   /* on that timeout, ended by the first packet of another connection */
  gboolean lost;     /* a special timeout of TCP ended an entry in its state that was missed */
} whatif_silences;
/* In the timeout's own world, from all that are followed there. */
whatif_silences whatif_silences_of(const whatif *w, ct_timeout timeout);
/* bit by ct_timeout, or CT_TIMEOUT_OF_*: by which entries ended there that were missed even there. */
guint64 whatif_next_of(const whatif *w, ct_timeout timeout);
/*
 * A packet ends the silence of an entry that was as view says; on timeouts as in timeout_ns(params) but for `own`,
 * which is own_s.
 */
void whatif_silence_note(whatif_silences *silences, ct_timeout own, gint64 silence_ns, const ct_params *params,
                         const ct_view *view, const ct_packet *packet);

/* bit by world: where this tuple is followed. */
guint64 whatif_follows(const whatif *w, const ct_tuple *tuple);
/* Told of each entry that ends in a world: END_CAPTURE by whatif_flush. To be set before the first packet. */
typedef void (*whatif_ended_fn)(whatif_world world, const ct_event *event, gpointer user);
void whatif_tell_ends(whatif *w, whatif_ended_fn ended, gpointer user);
/* All worlds come to this time, and what is there then ends. */
void whatif_flush(whatif *w, gint64 now_ns);
/* A timeout in its own world. */
guint32 whatif_top_s(const whatif *w, ct_timeout timeout);
gboolean whatif_is_special(guint timeout); /* TCP's for retransmissions and for unacknowledged data */
gboolean whatif_is_of_tcp_state(guint timeout);

#endif
