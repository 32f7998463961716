/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a laboratory sets of the kernel under it. */
#include "verify/labhost.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean verify_lab_missing(GError **error, const char *what, int code)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "%s: %s", what, g_strerror(code));
  return FALSE;
}

int verify_lab_write(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return errno;

  ssize_t n = write(fd, text, strlen(text));
  int code = n < 0 ? errno : 0;

  close(fd);
  return code;
}

gboolean verify_labnet_sysctl(const char *setting, GError **error)
{
  g_auto(GStrv) words = g_strsplit(setting, "=", 2);

  if (words[0] == NULL || words[1] == NULL) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "sysctl %s: no value", setting);
    return FALSE;
  }

  char *name = g_strstrip(words[0]);

  if (strchr(name, '/') == NULL)
    g_strdelimit(name, ".", '/');

  g_autofree char *path = g_strconcat("/proc/sys/", name, NULL);
  int code = verify_lab_write(path, g_strstrip(words[1]));

  return code == 0 || verify_lab_missing(error, setting, code);
}
