/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone.h"

/* NULL: UTC. Whoever shows a time is told neither options nor zones, as with the key of hashes. */
static GTimeZone *zone;

/* "+02:00", "-0530" and "Z" are zones of GLib's, too, but "02:00" and "5" are nobody's meaning. */
static gboolean may_be_zone(const char *name) { return g_ascii_isalpha(*name) || *name == '+' || *name == '-'; }

static GTimeZone *find(const char *name)
{
  GTimeZone *found;

  if (g_ascii_strcasecmp(name, "local") == 0)
    return g_time_zone_new_local();
  if (!may_be_zone(name))
    return NULL;
#if GLIB_CHECK_VERSION(2, 68, 0)
  found = g_time_zone_new_identifier(name);
#else
  found = g_time_zone_new(name);
  if (strcmp(g_time_zone_get_identifier(found), name) != 0) /* it gives UTC for what it does not know */
    g_clear_pointer(&found, g_time_zone_unref);
#endif
  return found;
}

gboolean emit_zone_set(const char *name)
{
  gboolean is_utc = g_ascii_strcasecmp(name, "UTC") == 0;
  GTimeZone *found = is_utc ? NULL : find(name);

  if (!is_utc && found == NULL)
    return FALSE;
  g_clear_pointer(&zone, g_time_zone_unref);
  zone = found;
  return TRUE;
}

static gint64 second_of(gint64 time_ns) { return time_ns / 1000000000 - (time_ns % 1000000000 < 0); }

static gint interval_of(gint64 time_ns)
{
  return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second_of(time_ns));
}

gint64 emit_zone_east_s(gint64 time_ns)
{
  return zone != NULL ? g_time_zone_get_offset(zone, interval_of(time_ns)) : 0;
}

gint64 emit_zone_ns(gint64 time_ns)
{
  gint64 sum, east_ns = emit_zone_east_s(time_ns) * 1000000000;

  if (__builtin_add_overflow(time_ns, east_ns, &sum))
    return east_ns > 0 ? G_MAXINT64 : G_MININT64;
  return sum;
}

const char *emit_zone_word(gint64 time_ns)
{
  return zone != NULL ? g_time_zone_get_abbreviation(zone, interval_of(time_ns)) : "UTC";
}

gboolean emit_zone_is_set(void) { return zone != NULL; }

/* In place of the Z that was written last. */
static void put_east(emit_text *out, gint64 time_ns)
{
  gint64 east_s = emit_zone_east_s(time_ns);
  guint minutes = (guint)(ABS(east_s) / 60);

  out->used--;
  emit_text_char(out, east_s < 0 ? '-' : '+');
  emit_text_u64_zeros(out, minutes / 60, 2);
  emit_text_char(out, ':');
  emit_text_u64_zeros(out, minutes % 60, 2);
}

void emit_text_moment(emit_text *out, gint64 time_ns)
{
  emit_text_time(out, emit_zone_ns(time_ns));
  if (zone != NULL)
    put_east(out, time_ns);
}

void emit_text_moment_fixed(emit_text *out, gint64 time_ns)
{
  emit_text_time_fixed(out, emit_zone_ns(time_ns));
  if (zone != NULL)
    put_east(out, time_ns);
}
