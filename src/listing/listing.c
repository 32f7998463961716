/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader.h"

G_DEFINE_QUARK(listing - error - quark, listing_error)

enum { NAME_CHUNK = 1024 };

static gboolean read_any(listing_reader *r)
{
  const char *p = r->at;

  while (p < r->end && (g_ascii_isspace(*p) || *p == '#')) {
    const char *end = *p == '#' ? memchr(p, '\n', (gsize)(r->end - p)) : p + 1;

    p = end != NULL ? end : r->end;
  }
  r->l->format = "conntrack";
  if (p == r->end)
    return TRUE;
  if (*p == '<') {
    r->l->format = "xml";
    return listing_read_xml(r);
  }
  if (*p == '{') {
    r->l->format = "json";
    return listing_read_json(r);
  }
  if (r->end - p > 3 && memcmp(p, "-A ", 3) == 0) {
    r->l->format = "save";
    return listing_read_save(r);
  }
  return listing_read_text(r);
}

listing *listing_read(const char *name, const char *text, gsize n, const ct_profile *profile, GError **error)
{
  listing_reader r = { .profile = profile, .at = text, .end = text + n };
  listing *l = g_new0(listing, 1);

  l->entries = g_array_new(FALSE, FALSE, sizeof(listing_entry));
  l->expects = g_array_new(FALSE, FALSE, sizeof(listing_expect));
  l->names = g_string_chunk_new(NAME_CHUNK);
  r.l = l;
  if (read_any(&r))
    return l;
  g_set_error(error, LISTING_ERROR, 0, "%s:%u: %s", name, MAX(r.line, 1), r.why);
  listing_free(l);
  return NULL;
}

void listing_free(listing *l)
{
  if (l == NULL)
    return;
  g_array_unref(l->entries);
  g_array_unref(l->expects);
  g_string_chunk_free(l->names);
  g_free(l);
}
