/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "box_fenced.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The texts of an archive, and what is said of them. */
#define ANSWER_MOST ((gsize)5 << 28)
enum { REFUSED, UNDERSTOOD };

/* ---- the child ---- */

static G_GNUC_NORETURN void child(box *b, int to)
{
  GByteArray *answer = g_byte_array_new();
  resume_io io = { .out = answer };
  GError *error = NULL;
  guint8 kind;
  gsize done = 0;

  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  cli_sandbox_enter();
  kind = box_understand(b, &error) ? UNDERSTOOD : REFUSED;
  resume_u8(&io, &kind);
  if (kind == UNDERSTOOD)
    box_keep(b, &io);
  else
    resume_put_text(&io, error->message);
  while (done < answer->len) {
    ssize_t n = write(to, answer->data + done, answer->len - done);

    if (n < 0 && errno != EINTR)
      break;
    done += n > 0 ? (gsize)n : 0;
  }
  _exit(done == answer->len ? 0 : 1);
}

/* ---- its parent ---- */

static GByteArray *listen_to(int from)
{
  GByteArray *answer = g_byte_array_new();
  guint8 buffer[65536];
  ssize_t n;

  do {
    n = read(from, buffer, sizeof buffer);
    if (n > 0)
      g_byte_array_append(answer, buffer, (guint)n);
  } while ((n > 0 || (n < 0 && errno == EINTR)) && answer->len < ANSWER_MOST);
  return answer;
}

static gboolean take(box *b, const GByteArray *answer, GError **error)
{
  resume_io io = { .at = answer->data, .end = answer->data + answer->len };
  guint8 kind = REFUSED;
  char *why;

  resume_u8(&io, &kind);
  if (kind == UNDERSTOOD) {
    box_keep(b, &io);
    if (io.failed)
      g_set_error(error, BOX_ERROR, 0, "%s: what was read of it cannot be: %s", b->path, io.why);
    return !io.failed;
  }
  why = resume_get_text(&io);
  g_set_error(error, BOX_ERROR, 0, "%s", why);
  g_free(why);
  return FALSE;
}

static gboolean wait_for(pid_t pid, const box *b, GError **error)
{
  int status = 0;

  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      break;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return TRUE;
  if (WIFSIGNALED(status))
    g_set_error(error, BOX_ERROR, 0, "%s: the process that reads it was ended by signal %d", b->path, WTERMSIG(status));
  else
    g_set_error(error, BOX_ERROR, 0, "%s: the process that reads it failed", b->path);
  return FALSE;
}

static gboolean understand_fenced(box *b, GError **error)
{
  GByteArray *answer;
  int ends[2];
  pid_t pid;
  gboolean fine;

  if (pipe2(ends, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
    g_set_error(error, BOX_ERROR, 0, "%s: %s", b->path, g_strerror(errno));
    return FALSE;
  }
  if (pid == 0) {
    close(ends[0]);
    child(b, ends[1]);
  }
  close(ends[1]);
  answer = listen_to(ends[0]);
  close(ends[0]);
  fine = wait_for(pid, b, error) && take(b, answer, error);
  g_byte_array_unref(answer);
  return fine;
}

box *cli_box_read(const char *path, gboolean fence, GError **error)
{
  box *b = box_open(path, error);

  if (b == NULL || (fence ? understand_fenced(b, error) : box_understand(b, error)))
    return b;
  box_free(b);
  return NULL;
}
