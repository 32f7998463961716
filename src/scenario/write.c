/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/scenario.h"

#include <errno.h>
#include <unistd.h>

static gboolean write_frame(const scn_frame *frame, gpointer user, GError **error)
{
  return cap_writer_frame(user, &frame->frame, NULL, error);
}

/* Only pcapng holds frames of several link types. */
static cap_writer_kind kind_needed(const scn_scenario *scenario)
{
  int link = 1, sent = -1;

  for (guint i = 0; i < scenario->steps->len; i++) {
    const scn_step *step = g_ptr_array_index(scenario->steps, i);

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
  gboolean fine = scn_scenario_compile(scenario, write_frame, writer, error);

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
