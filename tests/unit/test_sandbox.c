/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fence around the parsers: what is inside still works, what is outside is out of reach. Each test is a process of
 * its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/sandbox.h"
#include "cli/say.h"
#include "unit.h"

void cli_say(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
}

static gpointer on_thread(gpointer data) { return g_strdup_printf("%s from a thread", (const char *)data); }

/*
 * In a child of the test's own: libcheck asks for the time after the test by a call that the fence refuses, and takes
 * another clock then, whose distance from the first it may not be able to write down.
 */
static int fenced(int (*inside)(void))
{
  pid_t child = fork();
  int status = -1;

  if (child == 0)
    _exit(inside());
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* => from inside: the line that failed */
#define NEED(condition) \
  do {                  \
    if (!(condition))   \
      return __LINE__;  \
  } while (0)

static int works(void)
{
  int fds[2];
  char bytes[2] = "";
  char *text;

  NEED(pipe(fds) == 0);
  NEED(cli_sandbox_enter());
  NEED(cli_sandbox_enter());
  NEED(write(fds[1], "x", 1) == 1);
  NEED(read(fds[0], bytes, 1) == 1);
  text = g_thread_join(g_thread_new("test", on_thread, (gpointer) "memory"));
  NEED(strcmp(text, "memory from a thread") == 0);
  g_free(text);
  g_free(g_malloc(64 << 20));
  return 0;
}

START_TEST(what_works) { ck_assert_int_eq(fenced(works), 0); }
END_TEST

static int is_gone(void)
{
  NEED(cli_sandbox_enter());
  NEED(geteuid() != 0);
  NEED(open("/etc/passwd", O_RDONLY) == -1);
  NEED(open("/tmp/ctreplay-test-sandbox", O_WRONLY | O_CREAT, 0600) == -1);
  NEED(unlink("/tmp/ctreplay-test-sandbox") == -1);
  NEED(errno == EPERM);
  NEED(fork() == -1);
  NEED(kill(getppid(), 0) == -1);
  NEED(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  return 0;
}

START_TEST(what_is_gone) { ck_assert_int_eq(fenced(is_gone), 0); }
END_TEST

/* /proc/self/status is opened before the fence and read behind it. */
static int has_no_privileges(void)
{
  int fd = open("/proc/self/status", O_RDONLY);
  char status[8192] = "";

  NEED(fd >= 0);
  NEED(cli_sandbox_enter());
  NEED(read(fd, status, sizeof(status) - 1) > 0);
  NEED(strstr(status, "\nNoNewPrivs:\t1\n") != NULL);
  NEED(strstr(status, "\nSeccomp:\t2\n") != NULL);
  return 0;
}

START_TEST(privileges_are_gone) { ck_assert_int_eq(fenced(has_no_privileges), 0); }
END_TEST

START_TEST(no_tracing)
{
  ck_assert(cli_sandbox_enter());
  ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
END_TEST

START_TEST(no_programs)
{
  char name[] = "/bin/true", *argv[] = { name, NULL };

  ck_assert(cli_sandbox_enter());
  execv(name, argv);
}
END_TEST

START_TEST(no_networks)
{
  ck_assert(cli_sandbox_enter());
  socket(AF_INET, SOCK_STREAM, 0);
}
END_TEST

/* Some containers allow no filters; there is nothing to test then. */
static gboolean machine_allows(void)
{
  pid_t child = fork();
  int status = 1;

  if (child == 0)
    _exit(cli_sandbox_enter() ? 0 : 1);
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
  Suite *suite;
  TCase *fence;

  if (strncmp(cli_sandbox_description(), "none", 4) == 0) {
    puts("skipped: this build has no sandbox");
    return 77;
  }
  if (!machine_allows()) {
    puts("skipped: this machine refuses seccomp filters");
    return 77;
  }
  suite = suite_create("sandbox");
  fence = tcase_create("fence");
  tcase_add_test(fence, what_works);
  tcase_add_test(fence, what_is_gone);
  tcase_add_test(fence, privileges_are_gone);
  tcase_add_test_raise_signal(fence, no_programs, SIGSYS);
  tcase_add_test_raise_signal(fence, no_networks, SIGSYS);
  tcase_add_test_raise_signal(fence, no_tracing, SIGSYS);
  suite_add_tcase(suite, fence);
  return unit_run(suite);
}
