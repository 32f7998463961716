/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From JSON to the values of model.h, strictly: a member of the wrong type, a number out of range, an unknown state
 * or an address that is none is an error (VERIFY_ERROR_FORMAT) that names the member. Internal to src/verify.
 */
#ifndef VERIFY_TRANSCRIPT_JSON_H
#define VERIFY_TRANSCRIPT_JSON_H

#include <json-glib/json-glib.h>

#include "verify/model.h"

/* False where brackets nest deeper than a transcript ever does: the parser behind us recurses. */
gboolean verify_json_depth_fits(const char *text, gsize n);

/* Required members. Strings come interned. Numbers must lie in [min, max]. */
gboolean verify_json_integer(JsonObject *o, const char *name, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean verify_json_string(JsonObject *o, const char *name, const char **value, GError **error);
gboolean verify_json_strings(JsonObject *o, const char *name, GStrv *value, GError **error);
/* cls and dir. */
gboolean verify_json_class(JsonObject *o, verify_line *line, GError **error);

/* Optional members: arrays of the values that model.h names; appended to. time_ns goes into listed_ns. */
gboolean verify_json_events(JsonObject *o, const char *name, gint64 time_ns, GArray *events, GError **error);
gboolean verify_json_entries(JsonObject *o, const char *name, gint64 time_ns, GArray *entries, GError **error);
gboolean verify_json_expects(JsonObject *o, const char *name, gint64 time_ns, GArray *expects, GError **error);
gboolean verify_json_tuples(JsonObject *o, const char *name, GArray *tuples, GError **error);

#endif
