/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "terminal.h"

#include "session.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
/* Of the description's fields by name, which nobody here asks for. */
#undef columns
#undef lines

struct terminal {
  SCREEN *screen;
  FILE *keys; /* NULL: standard input */
  gboolean utf8, colours;
};

/* ---- whether ---- */

const char *terminal_refused(void)
{
  int known = 0;

  if (!isatty(STDOUT_FILENO))
    return "standard output is no terminal; -L --at MOMENT shows the table, report draws a page";
  if (setupterm(NULL, STDOUT_FILENO, &known) != OK || known != 1 || tigetstr("cup") == NULL ||
      tigetstr("clear") == NULL)
    return "this terminal (TERM) can only write lines; -L --at MOMENT shows the table, report draws a page";
  return NULL;
}

/* ---- the watcher ---- */

/* A handler has no other way to know whom to hand a signal on to. */
static volatile pid_t watched;
/* Shared by both processes: a screen stands, which has to be taken away. */
static volatile gboolean *is_up;

static void hand_on(int number)
{
  if (watched > 0)
    kill(watched, number);
}

/* Of a terminal's description, what takes a screen away; nothing where it has no such thing. */
static void write_capability(const char *name)
{
  const char *text = tigetstr(name);
  gsize n;

  if (text == NULL || (intptr_t)text == -1)
    return;
  n = strlen(text);
  if (write(STDOUT_FILENO, text, n) != (gssize)n)
    return; /* a terminal that has gone needs nothing */
}

static int watch(pid_t child, const struct termios *before, gboolean has_before, int *by)
{
  int status = 0;

  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    continue;
  watched = 0;
  if (*is_up) {
    write_capability("rmkx");
    write_capability("sgr0");
    write_capability("cnorm");
    write_capability("rmcup");
    if (has_before)
      tcsetattr(STDOUT_FILENO, TCSANOW, before);
  }
  if (!WIFSIGNALED(status))
    return WEXITSTATUS(status);
  *by = WTERMSIG(status);
  return -1;
}

int terminal_guard(int (*body)(gpointer user), gpointer user, int *by)
{
  static const int handed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  struct sigaction action;
  struct termios before;
  gboolean has_before = tcgetattr(STDOUT_FILENO, &before) == 0;
  pid_t child;
  guint i;

  *by = 0;
  is_up = mmap(NULL, sizeof(*is_up), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (is_up == MAP_FAILED) {
    is_up = NULL;
    return body(user);
  }
  fflush(stdout);
  child = fork();
  if (child < 0)
    return body(user); /* without a watcher, then */
  if (child == 0) {
    int code;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* Where the watcher was killed, the terminal is given back from behind. */
    signal(SIGTTOU, SIG_IGN);
    code = body(user);
    fflush(stdout);
    _exit(code);
  }
  watched = child;
  memset(&action, 0, sizeof(action));
  action.sa_handler = hand_on;
  for (i = 0; i < G_N_ELEMENTS(handed_on); i++)
    sigaction(handed_on[i], &action, NULL);
  return watch(child, &before, has_before, by);
}

/* ---- drawing ---- */

/* Colours of the eight that every terminal has, or of 256 where those are easier on the eyes. */
static const struct {
  short few, many;
  attr_t with, without; /* beside the colour; where there are none */
} looks[STYLE_COUNT] = {
  [STYLE_PLAIN] = { -1, -1, A_NORMAL, A_NORMAL },
  [STYLE_TITLE] = { -1, -1, A_REVERSE, A_REVERSE },
  [STYLE_HEADING] = { -1, -1, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE },
  [STYLE_DIM] = { -1, -1, A_DIM, A_DIM },
  [STYLE_KEY] = { COLOR_CYAN, 38, A_NORMAL, A_BOLD },
  [STYLE_NEW] = { COLOR_GREEN, 35, A_NORMAL, A_BOLD },
  [STYLE_GONE] = { COLOR_MAGENTA, 133, A_NORMAL, A_DIM },
  [STYLE_CHANGED] = { COLOR_YELLOW, 172, A_NORMAL, A_BOLD },
  [STYLE_BAD] = { COLOR_RED, 160, A_BOLD, A_BOLD },
  [STYLE_EVICTED] = { COLOR_MAGENTA, 133, A_BOLD, A_BOLD },
  [STYLE_FULL] = { COLOR_BLUE, 32, A_NORMAL, A_NORMAL },
};

static void choose_colours(terminal *t)
{
  const char *no_color = getenv("NO_COLOR");
  short i;

  t->colours = has_colors() && (no_color == NULL || *no_color == '\0');
  if (!t->colours)
    return;
  start_color();
  use_default_colors();
  for (i = 1; i < (short)STYLE_COUNT; i++)
    init_pair(i, COLORS >= 256 ? looks[i].many : looks[i].few, -1);
}

terminal *terminal_open(void)
{
  terminal *t = g_new0(terminal, 1);

  setlocale(LC_CTYPE, "");
  t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (!isatty(STDIN_FILENO))
    t->keys = fopen("/dev/tty", "re");
  if (!isatty(STDIN_FILENO) && t->keys == NULL) {
    g_free(t);
    return NULL;
  }
  t->screen = newterm(NULL, stdout, t->keys != NULL ? t->keys : stdin);
  if (t->screen == NULL) {
    terminal_close(t);
    return NULL;
  }
  if (is_up != NULL)
    *is_up = TRUE;
  choose_colours(t);
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  leaveok(stdscr, TRUE);
  curs_set(0);
  set_escdelay(50);
  return t;
}

void terminal_close(terminal *t)
{
  if (t->screen != NULL) {
    endwin();
    if (is_up != NULL)
      *is_up = FALSE;
    delscreen(t->screen);
  }
  if (t->keys != NULL)
    fclose(t->keys);
  g_free(t);
}

int terminal_fd(const terminal *t) { return t->keys != NULL ? fileno(t->keys) : STDIN_FILENO; }

gboolean terminal_is_utf8(const terminal *t) { return t->utf8; }

void terminal_size(const terminal *t, guint *height, guint *width)
{
  (void)t;
  *height = (guint)getmaxy(stdscr);
  *width = (guint)getmaxx(stdscr);
}

static void show_cell(const terminal *t, const canvas_cell *cell)
{
  guint style = cell->style & ~(guint)STYLE_REVERSE;
  attr_t attributes = t->colours ? looks[style].with : looks[style].without;
  wchar_t text[2] = { (wchar_t)cell->c, L'\0' };
  cchar_t shown;

  if (cell->style & STYLE_REVERSE)
    attributes ^= A_REVERSE;
  if (setcchar(&shown, text, attributes, t->colours ? (short)style : 0, NULL) == OK)
    add_wch(&shown);
}

void terminal_show(terminal *t, const canvas *c, gboolean anew)
{
  guint row, i;

  for (row = 0; row < c->rows; row++) {
    move((int)row, 0);
    for (i = 0; i < c->columns; i++)
      show_cell(t, &c->cells[(gsize)row * c->columns + i]);
  }
  if (anew)
    redrawwin(stdscr);
  refresh();
}

guint32 terminal_key(terminal *t)
{
  wint_t key = 0;
  int kind = get_wch(&key);

  (void)t;
  if (kind == ERR)
    return 0;
  if (kind != KEY_CODE_YES)
    return key == '\r' || key == '\n' ? SESSION_KEY_ENTER
           : key == 0x1b              ? SESSION_KEY_ESCAPE
           : key == 0x7f || key == 8  ? SESSION_KEY_ERASE
                                      : (guint32)key;
  switch (key) {
  case KEY_UP: return SESSION_KEY_UP;
  case KEY_DOWN: return SESSION_KEY_DOWN;
  case KEY_LEFT: return SESSION_KEY_LEFT;
  case KEY_RIGHT: return SESSION_KEY_RIGHT;
  case KEY_PPAGE: return SESSION_KEY_PAGE_UP;
  case KEY_NPAGE: return SESSION_KEY_PAGE_DOWN;
  case KEY_HOME: return SESSION_KEY_HOME;
  case KEY_END: return SESSION_KEY_END;
  case KEY_ENTER: return SESSION_KEY_ENTER;
  case KEY_BACKSPACE: return SESSION_KEY_ERASE;
  case KEY_RESIZE: return TERMINAL_RESIZED;
  default: return '\a'; /* a key without a meaning here */
  }
}
