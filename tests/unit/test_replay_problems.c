/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run says of its captures: those that cannot be read, those that would mislead, the names of interfaces. */
#include <string.h>

#include "replay/look.h"
#include "replay/place.h"
#include "replay_record.h"

typedef struct scene {
  guint link;
  gboolean twice, one_sided;
  const char *interface;
  cap_direction direction;
} scene;

/* Conversations as a router's "any" shows them (Linux cooked v2): in on 2, out on 3; or one side of them only. */
static char *make_scene(const scene *about)
{
  char *path = temporary();
  cap_writer *writer = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  guint i, sighting;

  ck_assert_ptr_nonnull(writer);
  for (i = 2; i < 400; i++) {
    kit_bytes b;
    guint step = i / FLOWS % 6;

    if (i % FLOWS < 2 || (about->one_sided && (step == 1 || step == 4)))
      continue;
    make_packet(&b, i);
    for (sighting = 0; sighting <= (guint)about->twice; sighting++) {
      guint8 bytes[2048] = { 0x08, 0x00, 0, 0, 0, 0, 0, (guint8)(2 + sighting), 0, 1, sighting ? 4 : 0, 6 };
      guint head = about->link == DLT_LINUX_SLL2 ? 20 : 0;
      cap_frame frame = { .ts_ns = start_ns + i * 1000, .link = (guint16)about->link, .data = bytes };

      memcpy(bytes + head, b.at, b.n);
      if (sighting > 0)
        bytes[head + 8]--; /* the router took one off the TTL; nobody verifies the sum here */
      frame.captured = frame.wire = head + b.n;
      ck_assert(cap_writer_frame(writer, &frame, NULL, NULL));
    }
  }
  ck_assert(cap_writer_close(writer, NULL));
  return path;
}

/* => what the run says: problem and remark, NULL where nothing; both freed by the caller. */
static void run_scene(const scene *about, char **problem, char **remark, record *r)
{
  char *path = make_scene(about);
  const char *captures[] = { path };
  replay_options options;
  replay_source *source;

  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 1;
  options.checksums = CT_CHECKSUMS_IGNORE;
  options.interface = about->interface;
  options.direction = about->direction;
  source = run(&options, r);
  *problem = g_strdup(replay_source_problem(source, 0));
  *remark = g_strdup(replay_source_remark(source, 0));
  replay_source_free(source);
  g_string_free(r->text, TRUE);
  drop(path);
}

START_TEST(remarks)
{
  static const struct {
    scene scene;
    const char *problem, *remark; /* words in them */
    gboolean all;                 /* every frame is fed */
  } cases[] = {
    { { DLT_RAW, FALSE, FALSE, NULL, 0 }, NULL, NULL, TRUE },
    { { DLT_LINUX_SLL2, FALSE, FALSE, NULL, 0 }, NULL, NULL, TRUE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, NULL, 0 }, NULL, "--interface", TRUE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, "2", 0 }, NULL, NULL, FALSE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, NULL, CAP_DIR_OUT }, NULL, NULL, FALSE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, "eth9", 0 }, NULL, "by number only", FALSE },
    { { DLT_RAW, FALSE, FALSE, NULL, CAP_DIR_IN }, NULL, "--direction", FALSE },
    { { DLT_RAW, FALSE, TRUE, NULL, 0 }, NULL, "only one side", TRUE },
    { { DLT_USB_LINUX, FALSE, FALSE, NULL, 0 }, "USB_LINUX", NULL, TRUE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    record r = { .packets = 0 };
    char *problem, *remark;
    const scene *s = &cases[i].scene;
    guint frames = s->one_sided ? 0 : 380 * (s->twice ? 2 : 1);

    run_scene(s, &problem, &remark, &r);
    ck_assert_msg(cases[i].problem == NULL ? problem == NULL
                                           : problem != NULL && strstr(problem, cases[i].problem) != NULL,
                  "case %u: %s", i, problem);
    ck_assert_msg(cases[i].remark == NULL ? remark == NULL : remark != NULL && strstr(remark, cases[i].remark) != NULL,
                  "case %u: %s", i, remark);
    if (!s->one_sided)
      ck_assert_msg(cases[i].all == (r.packets == frames), "case %u: %u of %u", i, (guint)r.packets, frames);
    g_free(problem);
    g_free(remark);
  }
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
  char *good = make_capture(0, 100, 1, 0);
  const char *captures[] = { "/nonexistent.pcap", good };
  record r = { .packets = 0 };
  replay_options options;
  replay_source *source;

  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 2;
  source = run(&options, &r);
  ck_assert_ptr_nonnull(strstr(replay_source_problem(source, 0), "/nonexistent.pcap"));
  ck_assert_ptr_null(replay_source_problem(source, 1));
  ck_assert_uint_eq(r.packets, 100);
  replay_source_free(source);
  g_string_free(r.text, TRUE);
  drop(good);
}
END_TEST

/* Names come from the capture: nothing of them may reach a terminal that is more than text. */
START_TEST(names_of_interfaces)
{
  char *plain = replay_place_name("eth0", 3), *none = replay_place_name("", 3),
       *evil = replay_place_name("\033[2Jx\n\xff", 3);

  ck_assert_str_eq(plain, "eth0");
  ck_assert_str_eq(none, "3");
  ck_assert_str_eq(evil, "?[2Jx??");
  g_free(plain);
  g_free(none);
  g_free(evil);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("replay-problems");
  TCase *stream = tcase_create("stream");

  tcase_add_test(stream, remarks);
  tcase_add_test(stream, names_of_interfaces);
  tcase_add_test(stream, files_that_cannot_be_read);
  suite_add_tcase(suite, stream);
  return unit_run(suite);
}
