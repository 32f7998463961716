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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/sandbox.h"
#include "unit.h"

void cli_say(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
}

static gpointer on_thread(gpointer data)
{
  return g_strdup_printf("%s from a thread", (const char *)data);
}

START_TEST(what_works)
{
  int fds[2];
  char bytes[2] = "";
  char *text;

  ck_assert_int_eq(pipe(fds), 0);
  ck_assert(cli_sandbox_enter());
  ck_assert(cli_sandbox_enter());
  ck_assert_int_eq(write(fds[1], "x", 1), 1);
  ck_assert_int_eq(read(fds[0], bytes, 1), 1);
  text = g_thread_join(g_thread_new("test", on_thread, (gpointer) "memory"));
  ck_assert_str_eq(text, "memory from a thread");
  g_free(text);
  g_free(g_malloc(64 << 20));
}
END_TEST

START_TEST(what_is_gone)
{
  ck_assert(cli_sandbox_enter());
  ck_assert_uint_ne(geteuid(), 0);
  ck_assert_int_eq(open("/etc/passwd", O_RDONLY), -1);
  ck_assert_int_eq(open("/tmp/ctreplay-test-sandbox", O_WRONLY | O_CREAT, 0600), -1);
  ck_assert_int_eq(unlink("/tmp/ctreplay-test-sandbox"), -1);
  ck_assert_int_eq(errno, EPERM);
  ck_assert_int_eq(fork(), -1);
  ck_assert_int_eq(kill(getppid(), 0), -1);
  ck_assert_ptr_eq(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
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
  tcase_add_test_raise_signal(fence, no_programs, SIGSYS);
  tcase_add_test_raise_signal(fence, no_networks, SIGSYS);
  suite_add_tcase(suite, fence);
  return unit_run(suite);
}
