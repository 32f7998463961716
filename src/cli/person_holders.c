/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who filled the table, where it got busy: at its peak and at the end. */
#include "person.h"
#include "pressure/holders.h"

enum { ROWS = 5, KEY_WIDTH = 43, FIGURE_WIDTH = 12 };

/* A table a quarter full may get busy, one half full is. Counting begins before it is told, as the peak is not known.
 */
static gboolean may_get_busy(const cli_person *p)
{
  guint64 max = p->run.params.max;

  return max > 0 && ct_engine_count(p->run.engine) >= MAX(max / 4, 1);
}

static gboolean was_busy(const cli_person *p)
{
  return p->holders[0] != NULL && pressure_holders_peak(p->holders[0]) >= MAX(p->run.params.max / 2, 1);
}

static void network_cut(ct_addr *addr, guint bytes, guint length)
{
  guint i;

  for (i = 0; i < bytes; i++, length -= MIN(length, 8))
    addr->bytes[i] &= (guint8)(0xff00 >> MIN(length, 8));
}

static gboolean has_ports(const cli_person *p, guint8 number)
{
  const ct_proto *proto = ct_proto_known(p->run.params.profile, number);

  return proto != NULL && proto->ids == CT_IDS_PORTS;
}

static void keys_of(const cli_person *p, const ct_tuple *tuple, pressure_holder_key keys[CLI_HOLDERS])
{
  const guint8 *lengths = p->run.o->networks;

  keys[0] = (pressure_holder_key){ .addr = tuple->src, .family = tuple->family };
  keys[1] = keys[0];
  if (tuple->family == CT_IPV4)
    network_cut(&keys[1].addr, 4, lengths[0]);
  else
    network_cut(&keys[1].addr, 16, lengths[1]);
  keys[2] = (pressure_holder_key){ .proto = tuple->proto, .port = has_ports(p, tuple->proto) ? tuple->dst_id : 0 };
}

static void come(const ct_view *view, void *user)
{
  pressure_holder_key keys[CLI_HOLDERS];
  cli_person *p = user;
  guint i;

  keys_of(p, &view->tuple[CT_ORIGINAL], keys);
  for (i = 0; i < CLI_HOLDERS; i++)
    pressure_holders_come(p->holders[i], &keys[i]);
}

static void on_event(const ct_event *event, void *user)
{
  pressure_holder_key keys[CLI_HOLDERS];
  cli_person *p = user;
  guint i;

  if (event->type == CT_EVENT_NEW) {
    come(event->view, p);
    return;
  }
  keys_of(p, &event->view->tuple[CT_ORIGINAL], keys);
  for (i = 0; i < CLI_HOLDERS; i++)
    pressure_holders_go(p->holders[i], &keys[i]);
}

void cli_person_holders_packet(cli_person *p)
{
  guint i;

  if (p->holders[0] != NULL || !may_get_busy(p))
    return;
  for (i = 0; i < CLI_HOLDERS; i++)
    p->holders[i] = pressure_holders_new();
  ct_engine_each(p->run.engine, come, p);
  ct_engine_watch(p->run.engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_DESTROY, on_event, p);
}

static void put_key(const cli_person *p, emit_text *out, guint list, const pressure_holder_key *key)
{
  const ct_profile *profile = p->run.params.profile;
  const char *word = ct_proto_word(profile, key->proto);

  if (list < 2) {
    emit_text_addr(out, key->family, &key->addr, FALSE);
    if (list == 1) {
      emit_text_char(out, '/');
      emit_text_u64(out, p->run.o->networks[key->family == CT_IPV6]);
    }
    return;
  }
  if (word == NULL) {
    emit_text_literal(out, "protocol ");
    emit_text_u64(out, key->proto);
    return;
  }
  emit_text_string(out, word);
  if (has_ports(p, key->proto)) {
    emit_text_char(out, ' ');
    emit_text_u64(out, key->port);
  }
}

static void put_list(const cli_person *p, emit_text *out, guint list, const char *name)
{
  guint i, n;
  pressure_holder *rows = pressure_holders_rows(p->holders[list], ROWS, &n);
  gsize begin;

  emit_text_literal(out, "  ");
  emit_text_pad(out, name, KEY_WIDTH);
  emit_text_pad(out, "peak", -FIGURE_WIDTH);
  emit_text_pad(out, "end", -FIGURE_WIDTH);
  emit_text_char(out, '\n');
  for (i = 0; i < n; i++) {
    emit_text_literal(out, "  ");
    emit_text_reserve(out, 256); /* no flush inside the column */
    begin = out->used;
    put_key(p, out, list, &rows[i].key);
    cli_text_pad_from(out, begin, KEY_WIDTH);
    emit_text_u64_grouped_pad(out, rows[i].peak, FIGURE_WIDTH);
    emit_text_u64_grouped_pad(out, rows[i].now, FIGURE_WIDTH);
    emit_text_char(out, '\n');
  }
  g_free(rows);
}

void cli_person_holders(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  emit_text *out = &p->run.output.text;
  guint i;

  if (was_busy(p)) {
    cli_person_heading(p, "Who filled the table");
    emit_text_literal(out, ": ");
    emit_text_u64_grouped(out, stats->peak_count);
    emit_text_string(out, stats->peak_count == 1 ? " entry at its peak, +" : " entries at its peak, +");
    emit_text_seconds(out, emit_time_since(stats->peak_time_ns, p->run.first_ns) / 1000000 * 1000000, 0);
    emit_text_literal(out, " s");
    emit_text_char(out, '\n');
    put_list(p, out, 0, "source");
    put_list(p, out, 1, "source network");
    put_list(p, out, 2, "destination port");
  }
  for (i = 0; i < CLI_HOLDERS; i++)
    pressure_holders_free(p->holders[i]);
}
