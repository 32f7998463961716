/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firewall's door: a packet as it was captured, and as it arrived at the box. */
#include "box/box.h"
#include "conntrack/nat/nat.h"
#include "firewall.h"
#include "firewall/walk/view.h"
#include "say.h"

#include <string.h>

enum { DLT_ETHERNET = 1 };

/* One side of the box has been captured, and what comes back through it stands there with its translation undone. */
static gboolean put_back(cli_firewall *f, const ct_engine *engine, const replay_seen *seen)
{
  if (f->o->view == CLI_VIEW_ARRIVED ||
      !fw_view_as_arrived(engine, seen->packet, f->o->replay.checksums, &f->arrived, f->arrived_bytes))
    return FALSE;
  f->undone++;
  return TRUE;
}

/*
 * What the box's own sockets answer to what was translated to them (REDIRECT, DNAT to the box) leaves with that undone,
 * and has been captured nowhere before.
 */
static gboolean put_back_own(cli_firewall *f, const ct_engine *engine, const replay_seen *seen)
{
  const ct_tuple *tuple = &f->arrived.tuple;
  fw_address source;

  if (seen->packet->kind != CT_PACKET_TRACK ||
      !fw_view_as_arrived(engine, seen->packet, f->o->replay.checksums, &f->arrived, f->arrived_bytes))
    return FALSE;
  memcpy(&source, &tuple->src, sizeof source);
  return fw_box_facts_is_local(f->facts, tuple->family == CT_IPV6 ? FW_IPV6 : FW_IPV4, &source) != NULL;
}

/* Who finds no connection, though one would be there, had nobody translated. */
static void look_for_views(cli_firewall *f, const ct_engine *engine, const replay_seen *seen, const ct_result *result)
{
  if (f->o->view != CLI_VIEW_ARRIVED || seen->packet->kind != CT_PACKET_TRACK ||
      (result->entry != NULL && !(result->changes & CT_CHANGE_CREATED)) ||
      (result->cls != CT_CLASS_NEW && result->cls != CT_CLASS_INVALID) || !fw_view_is_undone(engine, seen->packet))
    return;
  if (fw_firewall_said(f->firewall)->path == FW_PATH_OUTPUT)
    f->looks_outside++;
  else
    f->looks_inside++;
}

static void pass_time(const ct_packet *packet, ct_packet *copy)
{
  *copy = *packet;
  copy->kind = CT_PACKET_NONE;
  copy->reason = CT_REASON_COPY;
}

/* A capture of all interfaces has their numbers alone; the box says their names. */
static const char *name_of(const cli_firewall *f, const replay_seen *seen)
{
  const char *name = f->o->box != NULL ? box_interface(f->o->box, seen->link->cooked_ifindex) : NULL;

  return name != NULL ? name : seen->interface;
}

/* With a VLAN's tag it left by a device upon the one that was captured. */
static inline gboolean is_outgoing(const replay_seen *seen)
{
  return seen->link->direction == CAP_DIR_OUT && seen->link->vlan == 0;
}

static void G_GNUC_NO_INLINE on_odd_packet(ct_engine *engine, const replay_seen *seen, ct_result *result, gpointer user)
{
  cli_firewall *f = user;
  fw_arrival arrival = { .packet = seen->packet,
                         .in = name_of(f, seen),
                         .brought = seen->link->direction == CAP_DIR_IN,
                         .outgoing = is_outgoing(seen),
                         .left = seen->left != NULL ? &seen->left->tuple : NULL };

  if (seen->frame->link == DLT_ETHERNET && seen->frame->captured >= 14)
    arrival.link = seen->frame->data;
  if (put_back(f, engine, seen)) {
    arrival.packet = &f->arrived;
    arrival.in = NULL;
  } else if (seen->pairs != NULL && seen->left == NULL && replay_is_stray(engine, seen->packet, seen->link) &&
             !fw_firewall_has_sent(f->firewall, seen->packet)) {
    if (put_back_own(f, engine, seen)) {
      arrival.in = NULL;
    } else {
      pass_time(seen->packet, &f->arrived);
      seen->pairs->stray++;
    }
    arrival.packet = &f->arrived;
  }
  fw_firewall_packet(f->firewall, engine, &arrival, result);
  if (seen->pairs != NULL && seen->pairs->left > 0 && arrival.packet == seen->packet)
    cli_leaving_packet(&f->leaving, f->firewall, seen);
  else if (seen->pairs == NULL)
    look_for_views(f, engine, seen, result);
}

/* Most packets stand alone, are as they arrived, and have come by the interface that the capture names. */
static void on_packet(ct_engine *engine, const replay_seen *seen, ct_result *result, gpointer user)
{
  cli_firewall *f = user;
  const cap_frame *frame = seen->frame;
  const gboolean ethernet = frame->link == DLT_ETHERNET && frame->captured >= 14;
  const fw_arrival arrival = { .packet = seen->packet,
                               .link = ethernet ? frame->data : NULL,
                               .in = seen->interface,
                               .brought = seen->link->direction == CAP_DIR_IN,
                               .outgoing = is_outgoing(seen) };

  if (G_UNLIKELY(f->odd || seen->pairs != NULL || seen->left != NULL)) {
    on_odd_packet(engine, seen, result, user);
    return;
  }
  fw_firewall_packet(f->firewall, engine, &arrival, result);
  if (G_UNLIKELY(result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_INVALID))
    look_for_views(f, engine, seen, result);
}

static gboolean has_dropped(gpointer user)
{
  const fw_outcome *o = fw_firewall_said(((const cli_firewall *)user)->firewall);

  return o->kernel == FW_KERNEL_NOTHING && (o->verdict == FW_VERDICT_DROP || o->verdict == FW_VERDICT_REJECT);
}

static void keep(resume_io *io, gpointer user) { fw_firewall_keep(((cli_firewall *)user)->firewall, io); }

void cli_firewall_open_door(cli_firewall *f)
{
  f->door = (replay_door){ .packet = on_packet, .dropped = has_dropped, .user = f, .keep = keep };
  f->arrived_bytes = g_byte_array_new();
  f->odd = f->o->view != CLI_VIEW_ARRIVED || f->o->box != NULL;
}

void cli_firewall_say_views(const cli_firewall *f)
{
  const char *side = f->looks_inside >= f->looks_outside ? "inside" : "outside";
  guint64 looks = f->looks_inside + f->looks_outside;

  cli_leaving_say(&f->leaving, fw_firewall_tally(f->firewall));
  if (f->o->view != CLI_VIEW_ARRIVED && f->undone == 0)
    cli_say(
      "note: --view: no packet answers a translated connection with the translation undone; they were all taken as "
      "they stand");
  if (looks > 0)
    cli_say("note: %" G_GUINT64_FORMAT
            " packet%s a translated connection as if it were not translated, and %s it: if the capture was taken %s of "
            "the box, give --view %s; connections that are older than the rules look so, too",
            looks, looks == 1 ? " goes against" : "s go against", looks == 1 ? "does not find" : "do not find", side,
            side);
}
