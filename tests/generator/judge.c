/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay's side, and what it has otherwise than the kernel. */
#include "generator.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/nat/nat.h"
#include "conntrack/profile/profile.h"
#include "emit/emit.h"
#include "firewall/iptables.h"
#include "firewall/walk/tell.h"
#include "packet/packet.h"
#include "verify/engine_side.h"

enum { DLT_ETHERNET = 1, HZ = 250, SHOWN_MOST = 12, DRAWN_MOST = 32 };

typedef struct judge {
  const gen_case *c;
  const gen_result *kernel;
  GString *what;
  guint64 compared;
  guint differences;
  ct_params params;
  fw_ruleset *ruleset;
  fw_box_facts *facts;
  fw_firewall *firewall;
  ct_engine *engine;
  pkt_decoder *decoder;
  pkt_arena *arena;
  ct_tuple drawn[DRAWN_MOST]; /* connections for which the kernel has drawn a port */
  guint n_drawn;
  const gen_sent *sent; /* the packet that is judged */
  gboolean luck;        /* it has drawn one of which nobody knows any more */
} judge;

static void differs(judge *j, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void differs(judge *j, const char *format, ...)
{
  va_list args;

  j->differences++;
  if (j->differences > SHOWN_MOST)
    return;
  va_start(args, format);
  g_string_append_vprintf(j->what, format, args);
  va_end(args);
  g_string_append_c(j->what, '\n');
}

/* What it drew for this packet shows where the packet came out. */
static gboolean came_out_with(const judge *j, const ct_tuple *t, ct_nat_manip manip, uint16_t *id)
{
  const gsize header = t->family == CT_IPV6 ? 40 : 20;

  for (guint side = 0; j->sent != NULL && side < 2; side++)
    for (guint i = 0; i < j->sent->out[side]->len; i++) {
      const GByteArray *b = g_ptr_array_index(j->sent->out[side], i);
      /* Destination options, which the generator makes. */
      const gsize ext = header == 40 && b->len > 48 && b->data[6] == 60 ? 8 : 0;
      const guint8 *l4 = b->data + header + ext;

      if (b->len != j->sent->packet->len || b->len < header + ext + 6 ||
          (ext > 0 ? b->data[40] : b->data[header == 40 ? 6 : 9]) != t->proto)
        continue;
      l4 += ct_tuple_is_icmp(t) ? 4 : manip == CT_NAT_SRC ? 0 : 2;
      *id = (uint16_t)(l4[0] << 8 | l4[1]);
      return TRUE;
    }
  return FALSE;
}

/* What the kernel drew at random shows in the packet, or stands in the entry. */
static bool drawn(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  judge *j = user;
  ct_tuple own = *original;

  /* Of a connection that had two, the table has the later. */
  for (guint i = 0; i < j->n_drawn; i++)
    j->luck |= ct_tuple_equal(&j->drawn[i], original);
  if (came_out_with(j, original, manip, id))
    return true;
  own.zone = 0;
  if (j->n_drawn == DRAWN_MOST)
    j->luck = TRUE;
  if (j->n_drawn < DRAWN_MOST)
    j->drawn[j->n_drawn++] = *original;
  for (guint i = 0; i < j->kernel->entries->len; i++) {
    const gen_entry *found = &g_array_index(j->kernel->entries, gen_entry, i);
    const verify_entry *e = &found->entry;

    if (!(e->has & VERIFY_HAS_REPLY) || found->zone[0] != original->zone || !ct_tuple_equal(&e->orig, &own))
      continue;
    *id = manip == CT_NAT_SRC && !ct_tuple_is_icmp(&own) ? e->reply.dst_id : e->reply.src_id;
    return true;
  }
  j->luck = TRUE;
  return false;
}

/* ---- life ---- */

static gboolean read_rules(judge *j)
{
  const fw_read_options four = { TRUE, FW_IPV4, FW_BACKEND_UNSET }, six = { TRUE, FW_IPV6, FW_BACKEND_UNSET };
  const char *text = j->kernel->rules;
  GError *error = NULL;
  gboolean fine = TRUE;

  j->ruleset = fw_ruleset_new();
  if (j->c->kind == GEN_NFT) {
    /* One document a line. */
    g_auto(GStrv) documents = g_strsplit(text, "\n", -1);

    for (guint i = 0; fine && documents[i] != NULL; i++)
      if (*documents[i] != '\0')
        fine = fw_rules_read(j->ruleset, "rules", documents[i], strlen(documents[i]), &four, &error);
  } else {
    const char *sets = j->kernel->sets;

    fine = (sets == NULL || fw_rules_read(j->ruleset, "sets", sets, strlen(sets), &four, &error)) &&
           fw_rules_read(j->ruleset, "rules", text, strlen(text), &four, &error) &&
           fw_rules_read(j->ruleset, "rules6", j->kernel->rules6, strlen(j->kernel->rules6), &six, &error);
  }
  if (!fine) {
    differs(j, "the rules are refused: %s", error != NULL ? error->message : "?");
    g_clear_error(&error);
    return FALSE;
  }
  fw_rules_finish(j->ruleset);
  for (guint i = 0; i < j->ruleset->notes->len; i++) {
    const fw_note *note = g_ptr_array_index(j->ruleset->notes, i);

    if (note->kind != FW_NOTE_WARNING)
      differs(j, "the rules have a note: line %u: %s: %s", note->place.line, fw_note_kind_text(note->kind),
              note->words);
  }
  return TRUE;
}

static gboolean begin(judge *j)
{
  static const char *const locals[] = { "10.1.0.1/24@lan0", "198.51.100.1/24@wan0", "fd01::1/64@lan0",
                                        "fd02::1/64@wan0" },
                           *const routes[] = { "10.1.0.0/24=lan0", "198.51.100.0/24=wan0", "fd01::/64=lan0",
                                               "fd02::/64=wan0" };
  const fw_firewall_options options = { .hz = HZ, .no_answer_limit = TRUE, .answers_apart = TRUE };

  if (!read_rules(j))
    return FALSE;
  j->facts = fw_box_facts_new();
  for (guint i = 0; i < G_N_ELEMENTS(locals); i++)
    g_assert(fw_box_facts_local(j->facts, locals[i]) && fw_box_facts_route(j->facts, routes[i]));
  ct_params_init(&j->params, ct_profile_get(0));
  j->params.acct = 1;
  j->params.helpers_by_port = false;
  j->params.hz = HZ;
  j->firewall = fw_firewall_new(j->ruleset, j->facts, &options);
  j->engine = ct_engine_new(&j->params);
  ct_engine_nat_draws(j->engine, drawn, j);
  j->decoder = pkt_decoder_new(&j->params, CT_CHECKSUMS_VERIFY);
  j->arena = pkt_arena_new();
  return TRUE;
}

static void clear(judge *j)
{
  fw_firewall_free(j->firewall);
  ct_engine_free(j->engine);
  if (j->decoder != NULL) {
    pkt_decoder_free(j->decoder);
    pkt_arena_free(j->arena);
  }
  fw_ruleset_free(j->ruleset);
  fw_box_facts_free(j->facts);
}

/* ---- packets ---- */

static void show_packet(GString *out, const guint8 *b, gsize n)
{
  const gboolean six = n > 0 && b[0] >> 4 == 6;
  char source[INET6_ADDRSTRLEN] = "", destination[INET6_ADDRSTRLEN] = "";
  gsize at = six ? 40 : 20;

  if (n < at) {
    g_string_append(out, "short");
    return;
  }
  inet_ntop(six ? AF_INET6 : AF_INET, b + (six ? 8 : 12), source, sizeof source);
  inet_ntop(six ? AF_INET6 : AF_INET, b + (six ? 24 : 16), destination, sizeof destination);
  g_string_append_printf(out, "%s > %s protocol %u, %u bytes", source, destination, (guint)(six ? b[6] : b[9]),
                         (guint)n);
  if (!six && (b[6] != 0 || b[7] != 0))
    g_string_append_printf(out, ", fragment field %02x%02x", b[6], b[7]);
  g_string_append_c(out, ':');
  for (; at < MIN(n, (gsize)(six ? 40 : 20) + 20); at++)
    g_string_append_printf(out, " %02x", b[at]);
}

/* As it leaves: its header as it is at the last hook. */
static void leaving_bytes(const fw_packet *p, GByteArray *out)
{
  guint8 scratch[16];

  g_byte_array_set_size(out, 0);
  for (guint32 i = 0; i < p->raw->length; i++) {
    const guint8 *b = fw_packet_at(p, i, 1, scratch);

    if (b == NULL)
      break;
    g_byte_array_append(out, b, 1);
  }
}

static guint side_of(const fw_interface_name *name) { return strcmp(name->name, "wan0") == 0; }

/*
 * What the box says itself has numbers of its own: the identification of IPv4, for which the header's sum makes up, the
 * flow label of IPv6.
 */
static gboolean is_chance(const guint8 *b, gsize at)
{
  return b[0] >> 4 == 6 ? at >= 1 && at <= 3 : at == 4 || at == 5 || at == 10 || at == 11;
}

/* Where a packet that came in fragments has other bytes in their headers of IPv4. */
static gboolean is_of_fragments(const guint8 *b, gsize at) { return b[0] >> 4 == 4 && (at == 10 || at == 11); }

static gboolean same_bytes(const GByteArray *a, const GByteArray *b, gboolean own, gboolean joined)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (a->data[i] != b->data[i] && !(own && is_chance(a->data, i)) && !(joined && is_of_fragments(a->data, i)))
      return FALSE;
  return TRUE;
}

/* What should have come out at a side and what did. own: the last of it is the box's own. */
static void compare_out(judge *j, guint number, guint side, const GPtrArray *want, const GPtrArray *came, gboolean own)
{
  j->compared++;
  for (guint i = 0; i < MAX(want->len, came->len); i++) {
    const GByteArray *w = i < want->len ? g_ptr_array_index(want, i) : NULL,
                     *k = i < came->len ? g_ptr_array_index(came, i) : NULL;

    if (w != NULL && k != NULL && same_bytes(k, w, own && i + 1 == want->len, j->sent->rest->len > 0))
      continue;
    if (j->differences++ >= SHOWN_MOST)
      return;
    g_string_append_printf(j->what, "packet %u, out at %s:\n  kernel:   ", number, side == 0 ? "lan0" : "wan0");
    if (k != NULL)
      show_packet(j->what, k->data, k->len);
    else
      g_string_append(j->what, "nothing");
    g_string_append(j->what, "\n  ctreplay: ");
    if (w != NULL)
      show_packet(j->what, w->data, w->len);
    else
      g_string_append(j->what, "nothing");
    g_string_append_c(j->what, '\n');
    if (w != NULL && k != NULL && w->len == k->len)
      for (guint b = 0; b < w->len; b++)
        if (w->data[b] != k->data[b])
          differs(j, "  byte %u: %02x, %02x", b, k->data[b], w->data[b]);
  }
}

static void bytes_free(gpointer bytes) { g_byte_array_unref(bytes); }

/* What should come out for a packet, by side. */
typedef struct wanted {
  GPtrArray *out[2]; /* GByteArray */
  gboolean own[2];   /* the last of them is the box's own */
} wanted;

static void want_outcome(judge *j, guint number, wanted *want)
{
  const fw_outcome *o = fw_firewall_outcome(j->firewall);

  if (o->verdict == FW_VERDICT_UNKNOWN) {
    GString *place = g_string_new(NULL);

    fw_decision_place(place, &o->decision);
    differs(j, "packet %u: the verdict is unknown, by %s", number, place->str);
    g_string_free(place, TRUE);
  }
  if (o->path == FW_PATH_FORWARD && (o->verdict == FW_VERDICT_ACCEPT || o->verdict == FW_VERDICT_NONE) &&
      o->kernel == FW_KERNEL_NOTHING) {
    GByteArray *bytes = g_byte_array_new();

    leaving_bytes(&o->packet, bytes);
    g_ptr_array_add(want->out[side_of(o->packet.out)], bytes);
  }
  if (o->answer.sent && !o->answer.looped) {
    GByteArray *bytes = g_byte_array_new();

    leaving_bytes(&o->answer.seen, bytes);
    g_ptr_array_add(want->out[side_of(o->answer.seen.out)], bytes);
    want->own[side_of(o->answer.seen.out)] = TRUE;
  }
}

/* A frame of it. */
static void feed_part(judge *j, guint number, const gen_sent *s, const GByteArray *part, wanted *want)
{
  static const guint8 link[2][12] = { { 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 2 }, { 2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 2, 2 } };
  const gboolean six = part->data[0] >> 4 == 6;
  const guint8 type[2] = { six ? 0x86 : 0x08, six ? 0xdd : 0x00 };
  g_autoptr(GByteArray) frame = g_byte_array_new();
  fw_arrival arrival = { .in = s->side == 0 ? "lan0" : "wan0" };
  cap_frame whole = { .link = DLT_ETHERNET };
  ct_packet packet;
  ct_result result;

  g_byte_array_append(frame, link[s->side], 12);
  g_byte_array_append(frame, type, 2);
  g_byte_array_append(frame, part->data, part->len);
  whole.data = frame->data;
  whole.captured = frame->len;
  whole.wire = frame->len;
  whole.ts_ns = j->kernel->wall_ns + s->time_ns;
  pkt_arena_reset(j->arena);
  pkt_decode(j->decoder, &whole, number, j->arena, &packet, NULL);
  arrival.packet = &packet;
  j->sent = s;
  arrival.link = frame->data;
  fw_firewall_packet(j->firewall, j->engine, &arrival, &result);
  want_outcome(j, number, want);
}

static void feed(judge *j, guint number, const gen_sent *s)
{
  wanted want = { .own = { FALSE, FALSE } };

  for (guint side = 0; side < 2; side++)
    want.out[side] = g_ptr_array_new_with_free_func(bytes_free);
  feed_part(j, number, s, s->packet, &want);
  if (s->rest->len > 0)
    feed_part(j, number, s, s->rest, &want);
  for (guint side = 0; side < 2; side++) {
    compare_out(j, number, side, want.out[side], s->out[side], want.own[side]);
    g_ptr_array_free(want.out[side], TRUE);
  }
}

/* ---- counters ---- */

/* " expires 59m59s10ms": only the clock knows. */
static void drop_expiry(char *text)
{
  char *at = strstr(text, " expires "), *end;

  if (at == NULL)
    return;
  end = strchr(at + strlen(" expires "), ' ');
  memmove(at, end != NULL ? end : "", end != NULL ? strlen(end) + 1 : 1);
}

static gint by_text(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/*
 * The elements of a set have no order. text: "elements = { a, b }" => a line for each, but for those that count
 * connections: when the last of them has ended the kernel takes the element out at its next look, each second.
 */
static void put_elements(GPtrArray *kept, const char *text)
{
  const char *from = strchr(text, '{') + 1, *to = strrchr(text, '}');
  g_autofree char *inner = g_strndup(from, to != NULL ? (gsize)(to - from) : strlen(from));
  g_auto(GStrv) elements = g_strsplit(inner, ",", -1);
  GPtrArray *sorted = g_ptr_array_new();

  for (guint i = 0; elements[i] != NULL; i++) {
    drop_expiry(g_strstrip(elements[i]));
    if (strstr(elements[i], " ct count ") == NULL)
      g_ptr_array_add(sorted, elements[i]);
  }
  g_ptr_array_sort(sorted, by_text);
  for (guint i = 0; i < sorted->len; i++)
    g_ptr_array_add(kept, g_strdup_printf("element %s", (char *)g_ptr_array_index(sorted, i)));
  g_ptr_array_free(sorted, TRUE);
}

/* Without what has the time in it (banners), and without what nft's JSON does not have: flags and timeouts of sets. */
static GPtrArray *lines_of(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  GPtrArray *kept = g_ptr_array_new_with_free_func(g_free);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (*lines[i] == '#' || *lines[i] == '\0' || g_str_has_prefix(lines[i], "\t\tflags ") ||
        g_str_has_prefix(lines[i], "\t\ttimeout "))
      continue;
    if (g_str_has_prefix(lines[i], "\t\telements = {")) {
      g_autoptr(GString) whole = g_string_new(lines[i]);

      while (strchr(lines[i], '}') == NULL && lines[i + 1] != NULL)
        g_string_append(whole, lines[++i]);
      put_elements(kept, whole->str);
    } else {
      g_ptr_array_add(kept, g_strdup(lines[i]));
    }
  }
  return kept;
}

static void compare_lines(judge *j, const char *kernel, const char *own)
{
  GPtrArray *k = lines_of(kernel), *w = lines_of(own);

  for (guint i = 0; i < MAX(k->len, w->len); i++) {
    const char *a = i < k->len ? g_ptr_array_index(k, i) : "(none)",
               *b = i < w->len ? g_ptr_array_index(w, i) : "(none)";

    j->compared++;
    if (strcmp(a, b) != 0)
      differs(j, "counters:\n  kernel:   %s\n  ctreplay: %s", a, b);
  }
  g_ptr_array_free(k, TRUE);
  g_ptr_array_free(w, TRUE);
}

static void judge_counters(judge *j)
{
  g_autoptr(GString) own = g_string_new(NULL);

  if (j->c->kind == GEN_NFT) {
    fw_tell_nft(own, j->firewall);
  } else {
    fw_tell_save(own, j->firewall, FW_IPV4);
    fw_tell_save(own, j->firewall, FW_IPV6);
  }
  compare_lines(j, j->kernel->counters, own->str);
}

/* ---- entries ---- */

typedef struct looking {
  judge *j;
  GHashTable *kernel; /* gen_entry* by its original tuple */
} looking;

static void compare_entry(judge *j, const gen_entry *k, const verify_entry *own, const ct_view *view)
{
  g_autofree char *name =
    g_strdup_printf("entry protocol %u, ids %u %u", own->orig.proto, own->orig.src_id, own->orig.dst_id);
  ct_tuple reply = view->tuple[1];

  reply.zone = 0;
  j->compared += 8;
  if (!ct_tuple_equal(&k->entry.reply, &reply))
    differs(j, "%s: reply tuple: kernel %u %u, ctreplay %u %u", name, k->entry.reply.src_id, k->entry.reply.dst_id,
            reply.src_id, reply.dst_id);
  if (k->entry.status != own->status)
    differs(j, "%s: status: kernel %x, ctreplay %x", name, k->entry.status, own->status);
  if (g_strcmp0(k->entry.state, own->state) != 0)
    differs(j, "%s: state: kernel %s, ctreplay %s", name, k->entry.state, own->state);
  if (k->mark != view->mark)
    differs(j, "%s: mark: kernel %x, ctreplay %x", name, k->mark, view->mark);
  if (k->zone[0] != view->tuple[0].zone || k->zone[1] != view->tuple[1].zone)
    differs(j, "%s: zones: kernel %u %u, ctreplay %u %u", name, k->zone[0], k->zone[1], view->tuple[0].zone,
            view->tuple[1].zone);
  if (k->entry.timeout_s < own->timeout_s - 1 || k->entry.timeout_s > own->timeout_s + 1)
    differs(j, "%s: timeout: kernel %" G_GINT64_FORMAT ", ctreplay %" G_GINT64_FORMAT, name, k->entry.timeout_s,
            own->timeout_s);
  for (guint d = 0; d < 2; d++)
    if (k->entry.packets[d] != own->packets[d] || k->entry.bytes[d] != own->bytes[d])
      differs(j,
              "%s: direction %u: kernel %" G_GUINT64_FORMAT " packets %" G_GUINT64_FORMAT
              " bytes, ctreplay %" G_GUINT64_FORMAT " packets %" G_GUINT64_FORMAT " bytes",
              name, d, k->entry.packets[d], k->entry.bytes[d], own->packets[d], own->bytes[d]);
}

static char *entry_key(const ct_tuple *t, guint16 zone0, guint16 zone1)
{
  char source[INET6_ADDRSTRLEN] = "", destination[INET6_ADDRSTRLEN] = "";

  inet_ntop(t->family == CT_IPV6 ? AF_INET6 : AF_INET, t->src.bytes, source, sizeof source);
  inet_ntop(t->family == CT_IPV6 ? AF_INET6 : AF_INET, t->dst.bytes, destination, sizeof destination);
  return g_strdup_printf("protocol %u %s %u > %s %u zones %u %u", t->proto, source, t->src_id, destination, t->dst_id,
                         zone0, zone1);
}

static void on_entry(const ct_view *view, void *user)
{
  looking *l = user;
  g_autofree char *key = entry_key(&view->tuple[0], view->tuple[0].zone, view->tuple[1].zone);
  const gen_entry *k = g_hash_table_lookup(l->kernel, key);
  verify_entry own;

  if (k == NULL) {
    differs(l->j, "entry %s: the kernel has none", key);
    return;
  }
  verify_entry_from_view(&own, view, l->j->params.profile);
  compare_entry(l->j, k, &own, view);
  g_hash_table_remove(l->kernel, key);
}

static void judge_entries(judge *j)
{
  looking l = { j, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < j->kernel->entries->len; i++) {
    gen_entry *e = &g_array_index(j->kernel->entries, gen_entry, i);

    g_hash_table_insert(l.kernel, entry_key(&e->entry.orig, e->zone[0], e->zone[1]), e);
  }
  ct_engine_each(j->engine, on_entry, &l);
  g_hash_table_iter_init(&iter, l.kernel);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    differs(j, "entry %s: ctreplay has none", (char *)key);
  g_hash_table_destroy(l.kernel);
}

/* ---- the door ---- */

gboolean gen_judge(const gen_case *c, const gen_result *kernel, GString *what, guint64 *compared, gboolean *luck)
{
  judge j = { .c = c, .kernel = kernel, .what = what };

  g_string_truncate(what, 0);
  if (begin(&j)) {
    for (guint i = 0; i < kernel->sent->len; i++)
      feed(&j, i + 1, g_ptr_array_index(kernel->sent, i));
    judge_counters(&j);
    judge_entries(&j);
  }
  clear(&j);
  if (j.luck)
    g_string_truncate(what, 0);
  *luck = j.luck;
  *compared += j.compared;
  return what->len == 0;
}
