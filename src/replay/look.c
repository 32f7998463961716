/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "look.h"

#include "copies.h"
#include "place.h"
#include "vlans.h"

#include <string.h>

enum {
  RECENT = 64,              /* a router forwards faster than this many other packets come */
  CONVERSATIONS = 4096,     /* looked at; slots are twice as many */
  ENOUGH = 3,               /* packets by which the other side would have been heard */
  UNANSWERED_MANY = 20,     /* SYNs to which nobody said anything, so that they may be what a policy drops */
  ANSWER_NS = 500 * 1000000 /* the time within which an answer comes, where more packets follow than are looked at */
};

enum { SEEN_FORTH = 1, SEEN_BACK = 2, SEEN_ACK = 4, SEEN_MORE = 8 /* than first SYNs */ };

typedef struct conversation {
  gint64 first_ns;
  guint32 hash;   /* keyed at random: two that share it in one run do not in the next */
  guint32 source; /* of the side that was seen first: a digest of address and port */
  guint32 ends;   /* the sum of both sides' digests, which tells those apart that share a hash */
  guint8 seen;    /* 0: free slot */
  guint8 packets; /* up to ENOUGH */
} conversation;

typedef struct sighting {
  guint64 print;
  guint32 place; /* interface */
  guint16 direction;
} sighting;

struct replay_look {
  gboolean ruled, zoned;
  replay_translation translation;
  const replay_pairs_figures *paired; /* NULL: none were */
  conversation *conversations;        /* 2 * CONVERSATIONS slots, by hash */
  guint n_conversations;
  guint64 looked; /* frames */
  gint64 last_ns;
  sighting recent[RECENT];
  guint64 placed, twice; /* packets that say where they were captured; of these, seen before somewhere else */
  guint64 own;           /* of these, that went out without having come in: this machine's own */
  guint64 dropped;       /* packets that the capture says it missed */
  char *names[2];        /* two interfaces, for the advice */
  replay_copies *copies;
  replay_vlans vlans;
  GPtrArray *remarks;
};

replay_look *replay_look_new(void)
{
  replay_look *look = g_new0(replay_look, 1);

  look->conversations = g_new0(conversation, 2 * CONVERSATIONS);
  look->copies = replay_copies_new();
  return look;
}

void replay_look_free(replay_look *look)
{
  if (look == NULL)
    return;
  g_free(look->conversations);
  replay_copies_free(look->copies);
  g_free(look->names[0]);
  g_free(look->names[1]);
  if (look->remarks != NULL)
    g_ptr_array_unref(look->remarks);
  g_free(look);
}

static guint32 digest(const ct_addr *address, guint16 port)
{
  return address->words[0] ^ address->words[1] ^ address->words[2] ^ address->words[3] ^ (guint32)port << 16;
}

/* TCP only, and only segments that acknowledge: an acknowledgement means that the other side has spoken, a lone SYN
 * does not. */
static void look_at_sides(replay_look *look, const ct_packet *packet)
{
  const ct_tuple *t = &packet->tuple;
  const guint32 source = digest(&t->src, t->src_id), ends = source + digest(&t->dst, t->dst_id);
  guint i = packet->hash % (2 * CONVERSATIONS);
  conversation *c;

  for (;; i = (i + 1) % (2 * CONVERSATIONS)) {
    c = &look->conversations[i];
    if (c->seen == 0 || (c->hash == packet->hash && c->ends == ends))
      break;
  }
  if (c->seen == 0) {
    if (look->n_conversations >= CONVERSATIONS)
      return;
    look->n_conversations++;
    c->hash = packet->hash;
    c->first_ns = packet->time_ns;
    c->source = source;
    c->ends = ends;
  }
  c->seen |= c->source == source ? SEEN_FORTH : SEEN_BACK;
  if (c->packets < ENOUGH)
    c->packets++;
  if (packet->l4.tcp.flags & CT_TCP_ACK)
    c->seen |= SEEN_ACK;
  if ((packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK | CT_TCP_RST)) != CT_TCP_SYN)
    c->seen |= SEEN_MORE;
}

/*
 * The same for both sightings of a forwarded packet: hop limit and header checksum, which a router changes, are left
 * out.
 */
static guint64 fingerprint(const ct_packet *packet)
{
  gboolean v4 = packet->tuple.family == CT_IPV4;
  guint from = v4 ? 4 : 8, i;
  guint64 print = packet->length;

  for (i = from; i < packet->captured && i < packet->l4_offset + 20u; i++) {
    if (v4 && (i == 8 || i == 10 || i == 11))
      continue;
    print = (print ^ packet->data[i]) * G_GUINT64_CONSTANT(0x100000001b3);
  }
  return print;
}

static void keep_name(replay_look *look, guint32 place, const char *name)
{
  char *text = replay_place_name(name, place);

  if (look->names[0] == NULL)
    look->names[0] = text;
  else if (look->names[1] == NULL && strcmp(look->names[0], text) != 0)
    look->names[1] = text;
  else
    g_free(text);
}

/* Cooked headers of "any" have numbers of the machine, which the file's one interface name is not the name of. */
static void look_at_place(replay_look *look, const ct_packet *packet, const pkt_link_info *link, guint32 number,
                          const char *name)
{
  sighting now;
  guint i;

  if (number != 0)
    keep_name(look, number, name);
  if (link->direction == CAP_DIR_UNKNOWN && look->names[1] == NULL)
    return;
  now = (sighting){ fingerprint(packet), number, link->direction };
  for (i = 0; i < RECENT; i++) {
    const sighting *then = &look->recent[i];

    if (then->print == now.print && then->print != 0 &&
        (then->direction != now.direction || then->place != now.place)) {
      look->twice++;
      break;
    }
  }
  look->own += i == RECENT && link->direction == CAP_DIR_OUT;
  look->recent[look->placed++ % RECENT] = now;
}

void replay_look_packet(replay_look *look, const ct_packet *packet, const pkt_link_info *link, guint interface,
                        const char *name)
{
  guint32 number = link->cooked_ifindex;

  look->looked++;
  look->last_ns = packet->time_ns;
  if (packet->kind == CT_PACKET_NONE)
    return;
  if (packet->kind == CT_PACKET_TRACK && packet->tuple.proto == CT_PROTO_TCP)
    look_at_sides(look, packet);
  /* Captures that are merged have numbers of their own, and say nothing of a place. */
  if (number != 0)
    name = "";
  else if (*name != '\0')
    number = interface + 1;
  look_at_place(look, packet, link, number, name);
  replay_copies_packet(look->copies, packet, number, name, link->direction);
  if (link->vlan != 0 && !look->zoned)
    replay_vlans_packet(&look->vlans, packet, link->vlan);
}

void replay_look_ruled(replay_look *look) { look->ruled = TRUE; }
void replay_look_zoned(replay_look *look) { look->zoned = TRUE; }
void replay_look_translated(replay_look *look, replay_translation translation) { look->translation = translation; }
void replay_look_paired(replay_look *look, const replay_pairs_figures *figures) { look->paired = figures; }
void replay_look_dropped(replay_look *look, guint64 dropped) { look->dropped = dropped; }

static void remark(replay_look *look, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void remark(replay_look *look, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  g_ptr_array_add(look->remarks, g_strdup_vprintf(format, args));
  va_end(args);
}

#define TWICE                                                                                              \
  "many packets are here twice, as they came in and as they went out (captured on \"any\" of a router?): " \
  "conntrack saw each once. "

/*
 * --direction in leaves out what a machine says itself, and the answers to it would belong to nothing: only where it
 * says next to nothing is that good advice.
 */
static void remark_twice(replay_look *look)
{
  /* Half of all packets are second sightings where everything is forwarded; a router also talks for itself. */
  if (look->twice < 3 || look->twice * 10 < look->placed * 3)
    return;
  if (look->names[1] != NULL)
    remark(look, TWICE "Give --interface IF (%s, %s, ...)", look->names[0], look->names[1]);
  else if (look->own * 50 <= look->placed)
    remark(look, TWICE "Give --direction in");
  else
    remark(look, TWICE "Capture on one interface; --direction in would leave out what this machine itself sends");
}

static void remark_translated(replay_look *look)
{
  const char *inside = replay_copies_inside(look->copies);
  char *advice =
    inside != NULL
      ? g_strdup_printf("Give --interface %s, the side inside", inside)
      : g_strdup("Capture on the interface inside (tcpdump -i any -y LINUX_SLL2 says which it was, and --interface "
                 "chooses it)");

  remark(
    look,
    "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
    " packets %s here again with another address, within milliseconds: before and after NAT. Each is tracked as it "
    "stands, so that two connections are shown where conntrack has one. %s",
    replay_copies_n_translated(look->copies), replay_copies_seen(look->copies),
    replay_copies_n_translated(look->copies) == 1 ? "is" : "are", advice);
  g_free(advice);
}

static void remark_same(replay_look *look)
{
  remark(look,
         "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
         " packets %s here again just as %s (a capture merged with itself, a mirror port of both directions?): "
         "conntrack saw each once. Leave one of the two out (editcap -D drops such copies)",
         replay_copies_n_same(look->copies), replay_copies_seen(look->copies),
         replay_copies_n_same(look->copies) == 1 ? "is" : "are",
         replay_copies_n_same(look->copies) == 1 ? "it was" : "they were");
}

static void put_copies(GString *text, guint64 n, const replay_pairs_figures *f, const char *one, const char *many)
{
  if (n > 0)
    g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " packet%s %s",
                           text->len > 0 ? ", and " : "", n, f->packets, f->packets == 1 ? "" : "s",
                           n == 1 ? one : many);
}

static void remark_paired(replay_look *look)
{
  const replay_pairs_figures *f = look->paired;
  GString *text = g_string_new(NULL);

  put_copies(text, f->left, f, "shows another as it left a router", "show others as they left a router");
  put_copies(text, f->again, f, "is here again just as it was", "are here again just as they were");
  g_string_append(text, ": each packet is tracked once, as it arrived (--nat off: as they stand)");
  if (f->inferred > 0)
    g_string_append_printf(
      text, "; the translation of %" G_GUINT64_FORMAT " connection%s is inferred from how their first packets left",
      f->inferred, f->inferred == 1 ? "" : "s");
  if (f->stray > 0)
    g_string_append_printf(text,
                           "; %" G_GUINT64_FORMAT
                           " packets of translated connections left without having been seen to arrive, and are not "
                           "tracked",
                           f->stray);
  g_ptr_array_add(look->remarks, g_string_free(text, FALSE));
}

static void remark_vlans(replay_look *look)
{
  char *text = replay_vlans_remark(&look->vlans);

  if (text != NULL)
    g_ptr_array_add(look->remarks, text);
}

static void remark_dropped(replay_look *look)
{
  if (look->dropped > 0)
    remark(look,
           "the capture says itself that %" G_GUINT64_FORMAT
           " packet%s lost while it was taken; conntrack may have seen %s. INVALID packets and connections without "
           "an answer may come of that",
           look->dropped, look->dropped == 1 ? " was" : "s were", look->dropped == 1 ? "it" : "them");
}

/* Where it was not all of the capture that was looked at. */
static const char *of_which(const replay_look *look)
{
  return look->looked >= REPLAY_LOOK_PACKETS ? " of the first 20,000 packets" : "";
}

/* A scan that a policy drops leaves no entry in a kernel. */
static void remark_unanswered(replay_look *look)
{
  gint64 before_ns = look->looked >= REPLAY_LOOK_PACKETS ? look->last_ns - ANSWER_NS : G_MAXINT64;
  guint all = 0, unanswered = 0, i;

  for (i = 0; i < 2 * CONVERSATIONS; i++) {
    const conversation *c = &look->conversations[i];

    if (c->seen == 0 || c->first_ns > before_ns)
      continue;
    all++;
    unanswered += c->seen == SEEN_FORTH;
  }
  if (!look->ruled && unanswered >= UNANSWERED_MANY && unanswered * 2 > all)
    remark(
      look,
      "%u of %u TCP conversations%s are SYNs that nobody answered; where rules drop them, a kernel has no entry for "
      "them, and here they are counted as entries",
      unanswered, all, of_which(look));
}

/* What comes back to a translated address is another conversation to who knows no rules. */
static void remark_sides_ruled(replay_look *look, guint one_sided, guint all)
{
  static const char *const translations[] = {
    [REPLAY_TRANSLATION_UNTOLD] =
      ", as they stand in the capture; where no nat rule translates them, packets are missing: give captures in which "
      "both directions arrive",
    [REPLAY_TRANSLATION_NONE] = ", and no nat rule has translated any of them: packets are missing. Give captures in "
                                "which both directions arrive",
    [REPLAY_TRANSLATION_UNKNOWN] = ", as they stand in the capture; of a nat rule it is not known whether, or to what, "
                                   "it translates them: their other "
                                   "side may be here under another address, or packets are missing",
  };

  if (look->translation != REPLAY_TRANSLATION_SOME)
    remark(look, "%u of %u TCP conversations%s show only one side%s", one_sided, all, of_which(look),
           translations[look->translation]);
}

static void remark_sides(replay_look *look)
{
  guint all = 0, one_sided = 0, i;

  for (i = 0; i < 2 * CONVERSATIONS; i++) {
    guint seen = look->conversations[i].seen;

    if ((seen & SEEN_ACK) == 0 || look->conversations[i].packets < ENOUGH)
      continue;
    all++;
    one_sided += (seen & (SEEN_FORTH | SEEN_BACK)) != (SEEN_FORTH | SEEN_BACK);
  }
  if (one_sided * 2 <= all)
    return;
  if (look->ruled)
    remark_sides_ruled(look, one_sided, all);
  else
    remark(
      look,
      "%u of %u TCP conversations%s show only one side; a router that saw both judged otherwise: without the other "
      "side's packets a connection is never ASSURED, and packets that acknowledge them may be INVALID. Capture where "
      "both directions pass",
      one_sided, all, of_which(look));
}

const char *replay_look_remark(replay_look *look, guint i)
{
  if (look->remarks == NULL) {
    look->remarks = g_ptr_array_new_with_free_func(g_free);
    if (look->paired != NULL)
      remark_paired(look);
    else if (replay_copies_translated(look->copies))
      remark_translated(look);
    else
      remark_twice(look);
    if (look->paired == NULL && replay_copies_same(look->copies))
      remark_same(look);
    remark_vlans(look);
    remark_dropped(look);
    remark_unanswered(look);
    remark_sides(look);
  }
  return i < look->remarks->len ? g_ptr_array_index(look->remarks, i) : NULL;
}
