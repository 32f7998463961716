/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/scenario.h"

#include <errno.h>
#include <unistd.h>

typedef struct writing {
  cap_writer *writer;
  GHashTable *interfaces; /* name => its number in the capture; 0 is who has none */
} writing;

static gboolean write_frame(const scn_frame *frame, gpointer user, GError **error)
{
  const writing *w = user;
  cap_frame numbered = frame->frame;

  if (frame->interface != NULL) {
    if (!g_hash_table_contains(w->interfaces, frame->interface))
      g_hash_table_insert(w->interfaces, g_strdup(frame->interface),
                          GUINT_TO_POINTER(g_hash_table_size(w->interfaces) + 1));
    numbered.interface = GPOINTER_TO_UINT(g_hash_table_lookup(w->interfaces, frame->interface));
  }
  return cap_writer_frame(w->writer, &numbered, frame->interface, error);
}

static gboolean names_interface(const scn_step *step)
{
  return step->frame.iface != NULL || step->fragment.ip.iface != NULL ||
         (step->packet != NULL && step->packet->ip.iface != NULL);
}

/* Only pcapng holds frames of several link types, and names of interfaces. */
static cap_writer_kind kind_needed(const scn_scenario *scenario)
{
  int link = 1, sent = -1;

  for (guint i = 0; i < scenario->steps->len; i++) {
    const scn_step *step = g_ptr_array_index(scenario->steps, i);

    if (names_interface(step))
      return CAP_WRITER_PCAPNG;
    if (step->kind == SCN_STEP_LINK)
      link = step->link.dlt;
    else if (step->kind == SCN_STEP_SEND || step->kind == SCN_STEP_AGAIN || step->kind == SCN_STEP_FRAGMENT ||
             step->kind == SCN_STEP_RAW || step->kind == SCN_STEP_FRAME) {
      if (sent >= 0 && sent != link)
        return CAP_WRITER_PCAPNG;
      sent = link;
    }
  }
  return CAP_WRITER_PCAP;
}

static gboolean forget_frame(const scn_frame *frame, gpointer user, GError **error)
{
  (void)frame;
  (void)user;
  (void)error;
  return TRUE;
}

static gboolean write_all(const scn_scenario *scenario, cap_writer *writer, GError **error)
{
  writing w = { writer, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
  gboolean fine = scn_scenario_compile(scenario, write_frame, &w, error);

  g_hash_table_unref(w.interfaces);
  return cap_writer_close(writer, fine ? error : NULL) && fine;
}

/*
 * All that can be wrong with the scenario is found before anything is written: the file is whole, or it is the
 * writer's failure.
 */
gboolean scn_scenario_write(const scn_scenario *scenario, const char *path, GError **error)
{
  cap_writer *writer;

  if (!scn_scenario_compile(scenario, forget_frame, NULL, error))
    return FALSE;
  writer = cap_writer_open(path, kind_needed(scenario), error);
  return writer != NULL && write_all(scenario, writer, error);
}

gboolean scn_scenario_write_fd(const scn_scenario *scenario, int fd, const char *path, GError **error)
{
  if (!scn_scenario_compile(scenario, forget_frame, NULL, error)) {
    if (fd > STDERR_FILENO)
      close(fd);
    return FALSE;
  }
  if (fd > STDERR_FILENO && ftruncate(fd, 0) != 0 &&
      errno != EINVAL) { /* EINVAL: a pipe or a device, which holds nothing */
    g_set_error(error, CAP_ERROR, CAP_ERROR_WRITE, "%s: cannot be emptied: %s", path, g_strerror(errno));
    close(fd);
    return FALSE;
  }
  return write_all(scenario, cap_writer_open_fd(fd, path, kind_needed(scenario)), error);
}
