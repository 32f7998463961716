/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "sandbox.h"

#include "say.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/*
 * What is left: reading and writing what is open, memory, threads, time, ending. Nothing of these names a file or a
 * host.
 */
/* clang-format off */
static const int allowed[] = {
  /* Captures, text, pipes that are open; the end of a file that could not be written whole. */
  SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
  SCMP_SYS(lseek),
  SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(ftruncate), SCMP_SYS(fadvise64),
  /* stdio and GLib ask what a descriptor is; a live capture is waited for, and the wait is ended, by these. */
  SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(eventfd2),
  /* Memory; mmap and mprotect below, without execution. */
  SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
  /* Threads: their start (clone below), locks, end; GLib gives a new one the scheduling of the old. */
  SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(sched_yield),
  SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_getattr),
  SCMP_SYS(sched_setattr), SCMP_SYS(sigaltstack),
  /* Interrupts are caught; abort() raises its signal in its own thread. */
  SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(tgkill),
  /* The progress bar's clock, patience, and the seed of GLib's hash tables. */
  SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
  SCMP_SYS(exit), SCMP_SYS(exit_group),
};
/* clang-format on */

/*
 * What only an intruder asks for: that ends the process. Everything else that is not allowed fails with EPERM, as
 * libraries expect it may.
 */
/* clang-format off */
static const int deadly[] = {
  SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(socket),
  SCMP_SYS(connect), SCMP_SYS(bpf), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(init_module),
  SCMP_SYS(finit_module),
};
/* clang-format on */

static int fill(scmp_filter_ctx filter, gboolean terminal)
{
  static const guint64 of_terminals[] = { TIOCGWINSZ, TCSETS, TCSETSW, TCSETSF };
  int failed = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(allowed); i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (i = 0; i < G_N_ELEMENTS(deadly); i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
  /*
   * fstat is newfstatat with an empty path in newer C libraries, which cannot be told from one with a path; it only
   * tells.
   */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0);
  /* Is it a terminal? Nothing else may be asked of a device. */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, TCGETS, 0));
  for (i = 0; terminal && i < G_N_ELEMENTS(of_terminals); i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, of_terminals[i], 0));
  /* Nothing that can be written may become code. */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  /*
   * Threads, but no processes. What clone3 is asked for a filter cannot see; told that it is unknown, the C library
   * takes clone.
   */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
  return failed;
}

/*
 * Files were opened as who we were; the rest is for nobody. Where user ids cannot be changed (a namespace without
 * nobody) we are no true root.
 */
static gboolean drop_root(void)
{
  const struct passwd *nobody;
  uid_t uid;
  gid_t gid;

  if (geteuid() != 0)
    return TRUE;
  nobody = getpwnam("nobody");
  uid = nobody != NULL ? nobody->pw_uid : NOBODY;
  gid = nobody != NULL ? nobody->pw_gid : NOBODY;
  if (setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0)
    return TRUE;
  return errno == EINVAL || errno == EPERM;
}

static gboolean enter(gboolean terminal)
{
  static gboolean inside;
  scmp_filter_ctx filter;
  gboolean fine;

  if (inside)
    return TRUE;
  inside = TRUE;
  if (!drop_root()) {
    cli_say("note: root could not be given up: %s", g_strerror(errno));
    return FALSE;
  }
  /* Whoever becomes somebody else is not told any more when the process that watches over the terminal ends. */
  if (terminal)
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  /* Messages want texts for errors, and the first of these loads tables from files. */
  if (*g_strerror(EPERM) == '\0')
    return FALSE;
  filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  fine = filter != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && fill(filter, terminal) == 0 &&
         seccomp_load(filter) == 0;
  if (filter != NULL)
    seccomp_release(filter);
  if (!fine)
    cli_say("note: no sandbox: this system refuses a seccomp filter (--no-sandbox says that this is known)");
  return fine;
}

gboolean cli_sandbox_enter(void) { return enter(FALSE); }

gboolean cli_sandbox_enter_with_terminal(void) { return enter(TRUE); }

const char *cli_sandbox_description(void) { return "seccomp filter, no new privileges, nobody instead of root"; }

#else

gboolean cli_sandbox_enter(void) { return TRUE; }

gboolean cli_sandbox_enter_with_terminal(void) { return TRUE; }

const char *cli_sandbox_description(void) { return "none in this build"; }

#endif
