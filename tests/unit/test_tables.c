/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state tables, cell by cell, against a second rendering of the specification that shares nothing with the first:
 * rows as text, in the specification's own column order. And: no table has a hole.
 */
#include <string.h>

#include "conntrack/profile/profile.h"
#include "conntrack/proto/tables.h"
#include "conntrack/tuple.h"
#include "unit.h"

typedef struct code {
  const char *text;
  uint8_t cell;
} code;

/* clang-format off */
static const code tcp_codes[] = {
  { "NO", CT_TCP_NONE },      { "SS", CT_TCP_SYN_SENT },  { "SR", CT_TCP_SYN_RECV }, { "ES", CT_TCP_ESTABLISHED },
  { "FW", CT_TCP_FIN_WAIT },  { "CW", CT_TCP_CLOSE_WAIT }, { "LA", CT_TCP_LAST_ACK }, { "TW", CT_TCP_TIME_WAIT },
  { "CL", CT_TCP_CLOSE },     { "S2", CT_TCP_SYN_SENT2 }, { "IG", CT_TCP_IGNORE },   { "IV", CT_TCP_INVALID },
  { "LI", CT_TCP_SYN_SENT2 }, { NULL, 0 }
};
/* clang-format on */

static const code sctp_codes[] = { { "NO", CT_SCTP_NONE },
                                   { "CL", CT_SCTP_CLOSED },
                                   { "CW", CT_SCTP_COOKIE_WAIT },
                                   { "CE", CT_SCTP_COOKIE_ECHOED },
                                   { "ES", CT_SCTP_ESTABLISHED },
                                   { "SS", CT_SCTP_SHUTDOWN_SENT },
                                   { "SR", CT_SCTP_SHUTDOWN_RECD },
                                   { "SA", CT_SCTP_SHUTDOWN_ACK_SENT },
                                   { "HS", CT_SCTP_HEARTBEAT_SENT },
                                   { "IV", CT_SCTP_INVALID },
                                   { NULL, 0 } };

static uint8_t code_cell(const code *codes, const char *at)
{
  for (; codes->text; codes++)
    if (strncmp(codes->text, at, 2) == 0)
      return codes->cell;
  ck_abort_msg("no such code: %.2s", at);
  return 0;
}

/* header and row are "SS|SR|..." of the same length; compares table row cells[state] to what the text says. */
static unsigned row_check(const code *codes, const char *header, const char *row, const uint8_t *cells,
                          const char *what)
{
  unsigned checked = 0;

  ck_assert_uint_eq(strlen(header), strlen(row));
  for (; *row; row += row[2] ? 3 : 2, header += header[2] ? 3 : 2, checked++) {
    uint8_t column = code_cell(codes, header), want = code_cell(codes, row);

    ck_assert_msg(cells[column] == want, "%s in %.2s: table has %u, the specification %u (%.2s)", what, header,
                  cells[column], want, row);
  }
  return checked;
}

typedef struct text_row {
  uint8_t dir, row;
  const char *cells;
} text_row;

START_TEST(tcp_6_18_is_the_specifications)
{
  static const char header[] = "NO|SS|SR|ES|FW|CW|LA|TW|CL|S2";
  static const text_row rows[] = {
    { 0, CT_TCP_INDEX_SYN, "SS|SS|IG|IG|IG|IG|IG|SS|SS|S2" },
    { 0, CT_TCP_INDEX_SYNACK, "IV|IV|SR|IV|IV|IV|IV|IV|IV|SR" },
    { 0, CT_TCP_INDEX_FIN, "IV|IV|FW|FW|LA|LA|LA|TW|CL|IV" },
    { 0, CT_TCP_INDEX_ACK, "ES|IV|ES|ES|CW|CW|TW|TW|CL|IV" },
    { 0, CT_TCP_INDEX_RST, "IV|CL|CL|CL|CL|CL|CL|CL|CL|CL" },
    { 0, CT_TCP_INDEX_NONE, "IV|IV|IV|IV|IV|IV|IV|IV|IV|IV" },
    { 1, CT_TCP_INDEX_SYN, "IV|S2|IV|IV|IV|IV|IV|SS|IV|S2" },
    { 1, CT_TCP_INDEX_SYNACK, "IV|SR|IG|IG|IG|IG|IG|IG|IG|SR" },
    { 1, CT_TCP_INDEX_FIN, "IV|IV|FW|FW|LA|LA|LA|TW|CL|IV" },
    { 1, CT_TCP_INDEX_ACK, "IV|IG|SR|ES|CW|CW|TW|TW|CL|IG" },
    { 1, CT_TCP_INDEX_RST, "IV|CL|CL|CL|CL|CL|CL|CL|CL|CL" },
    { 1, CT_TCP_INDEX_NONE, "IV|IV|IV|IV|IV|IV|IV|IV|IV|IV" },
  };
  unsigned i, checked = 0;

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    checked +=
      row_check(tcp_codes, header, rows[i].cells, ct_tcp_table_linux_6_18[rows[i].dir][rows[i].row], "TCP 6.18");
  ck_assert_uint_eq(checked, 2 * 6 * 10);
}
END_TEST

/* 2.6.18 is told as differences in the specification; so it is here. */
START_TEST(tcp_2_6_differs_where_it_should)
{
  unsigned dir, row, state;

  for (dir = 0; dir < 2; dir++)
    for (row = 0; row < CT_TCP_INDEX_COUNT; row++)
      for (state = 0; state < CT_TCP_STATE_COUNT; state++) {
        uint8_t want = ct_tcp_table_linux_6_18[dir][row][state];

        if (state == CT_TCP_SYN_SENT2 || (dir == CT_ORIGINAL && row == CT_TCP_INDEX_SYNACK) ||
            (dir == CT_REPLY && row == CT_TCP_INDEX_SYN))
          want = CT_TCP_INVALID;
        else if (dir == CT_REPLY && row == CT_TCP_INDEX_SYNACK && state == CT_TCP_SYN_RECV)
          want = CT_TCP_SYN_RECV;
        ck_assert_msg(ct_tcp_table_linux_2_6[dir][row][state] == want, "dir %u row %u state %u", dir, row, state);
      }
}
END_TEST

/* In the order 2.4 numbered its states; its LISTEN is a column of its own that ours leaves INVALID. */
START_TEST(tcp_2_4_is_the_specifications)
{
  static const char header[] = "NO|ES|SS|SR|FW|TW|CL|CW|LA";
  static const text_row rows[] = {
    { 0, CT_TCP_INDEX_SYN, "SS|ES|SS|SR|SS|SS|SS|SS|SS" }, { 0, CT_TCP_INDEX_SYNACK, "SS|ES|SS|SR|SS|SS|SS|SS|SS" },
    { 0, CT_TCP_INDEX_FIN, "TW|FW|SS|TW|FW|TW|CL|TW|LA" }, { 0, CT_TCP_INDEX_ACK, "ES|ES|SS|ES|FW|TW|CL|CW|LA" },
    { 0, CT_TCP_INDEX_RST, "CL|CL|SS|CL|CL|TW|CL|CL|CL" }, { 0, CT_TCP_INDEX_NONE, "IV|IV|IV|IV|IV|IV|IV|IV|IV" },
    { 1, CT_TCP_INDEX_SYN, "SR|ES|SR|SR|SR|SR|SR|SR|SR" }, { 1, CT_TCP_INDEX_SYNACK, "SR|ES|SR|SR|SR|SR|SR|SR|SR" },
    { 1, CT_TCP_INDEX_FIN, "CL|CW|SS|TW|TW|TW|CL|CW|LA" }, { 1, CT_TCP_INDEX_ACK, "CL|ES|SS|SR|FW|TW|CL|CW|CL" },
    { 1, CT_TCP_INDEX_RST, "CL|CL|CL|CL|CL|CL|CL|CL|LA" }, { 1, CT_TCP_INDEX_NONE, "IV|IV|IV|IV|IV|IV|IV|IV|IV" },
  };
  unsigned i, checked = 0;

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    checked += row_check(tcp_codes, header, rows[i].cells, ct_tcp_table_linux_2_4[rows[i].dir][rows[i].row], "TCP 2.4");
  ck_assert_uint_eq(checked, 2 * 6 * 9);
}
END_TEST

START_TEST(sctp_6_18_is_the_specifications)
{
  static const char header[] = "NO|CL|CW|CE|ES|SS|SR|SA|HS";
  static const char *const rows[2][11] = {
    { "CL|CL|CW|CE|ES|CL|CL|SA|CW", "CL|CL|CW|CE|ES|SS|SR|SA|CL", "CL|CL|CL|CL|CL|CL|CL|CL|CL",
      "CL|CL|CW|CE|SS|SS|SR|SA|CL", "SA|CL|CW|CE|ES|SA|SA|SA|SA", "CL|CL|CW|CE|ES|SS|SR|SA|CL",
      "CL|CL|CE|CE|ES|SS|SR|SA|CL", "CL|CL|CW|ES|ES|SS|SR|SA|CL", "CL|CL|CW|CE|ES|SS|SR|CL|CL",
      "HS|CL|CW|CE|ES|SS|SR|SA|HS", "CL|CL|CW|CE|ES|SS|SR|SA|HS" },
    { "IV|CL|CW|CE|ES|SS|SR|SA|IV", "IV|CW|CW|CE|ES|SS|SR|SA|IV", "IV|CL|CL|CL|CL|CL|CL|CL|IV",
      "IV|CL|CW|CE|SR|SS|SR|SA|IV", "IV|CL|CW|CE|ES|SA|SA|SA|IV", "IV|CL|CW|CL|ES|SS|SR|SA|IV",
      "IV|CL|CE|CE|ES|SS|SR|SA|IV", "IV|CL|CW|ES|ES|SS|SR|SA|IV", "IV|CL|CW|CE|ES|SS|SR|CL|IV",
      "IV|CL|CW|CE|ES|SS|SR|SA|HS", "IV|CL|CW|CE|ES|SS|SR|SA|ES" },
  };
  static const uint8_t types[11] = { 1, 2, 6, 7, 8, 9, 10, 11, 14, 4, 5 }; /* as the specification orders the rows */
  static const uint8_t row_types[] = {
#define X(id, type, name) [CT_SCTP_ROW_##id] = type,
    CT_SCTP_ROW_LIST(X)
#undef X
  };
  unsigned dir, row, checked = 0;

  for (dir = 0; dir < 2; dir++)
    for (row = 0; row < CT_SCTP_ROW_COUNT; row++) {
      ck_assert_uint_eq(row_types[row], types[row]);
      checked += row_check(sctp_codes, header, rows[dir][row], ct_sctp_table_linux_6_18[dir][row], "SCTP 6.18");
    }
  ck_assert_uint_eq(checked, 2 * 11 * 9);
}
END_TEST

START_TEST(sctp_2_6_differs_where_it_should)
{
  const uint8_t(*table)[CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT] = ct_sctp_table_linux_2_6;
  unsigned dir, row, state, differing = 0;

  for (dir = 0; dir < 2; dir++)
    for (row = 0; row < CT_SCTP_ROW_COUNT; row++) {
      ck_assert_uint_eq(table[dir][row][CT_SCTP_HEARTBEAT_SENT], CT_SCTP_INVALID);
      for (state = 0; state < CT_SCTP_HEARTBEAT_SENT; state++)
        differing += table[dir][row][state] != ct_sctp_table_linux_6_18[dir][row][state];
    }
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_INIT][CT_SCTP_NONE], CT_SCTP_COOKIE_WAIT);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_INIT][CT_SCTP_CLOSED], CT_SCTP_COOKIE_WAIT);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_INIT][CT_SCTP_SHUTDOWN_SENT], CT_SCTP_SHUTDOWN_SENT);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_INIT][CT_SCTP_SHUTDOWN_RECD], CT_SCTP_SHUTDOWN_RECD);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_COOKIE_ACK][CT_SCTP_COOKIE_ECHOED], CT_SCTP_COOKIE_ECHOED);
  ck_assert_uint_eq(table[CT_REPLY][CT_SCTP_ROW_INIT_ACK][CT_SCTP_CLOSED], CT_SCTP_CLOSED);
  ck_assert_uint_eq(table[CT_REPLY][CT_SCTP_ROW_COOKIE_ECHO][CT_SCTP_COOKIE_WAIT], CT_SCTP_COOKIE_WAIT);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_HEARTBEAT][CT_SCTP_NONE], CT_SCTP_INVALID);
  ck_assert_uint_eq(table[CT_ORIGINAL][CT_SCTP_ROW_HEARTBEAT_ACK][CT_SCTP_NONE], CT_SCTP_INVALID);
  ck_assert_uint_eq(differing, 9);
}
END_TEST

/* A cell that nobody wrote would be 0, NONE: nothing ever leads there. */
/* What tcp.c's short ways take for granted of the tables. */
START_TEST(usual_segments_go_the_usual_way)
{
  const ct_profile *profile;
  unsigned i, dir;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++) {
    ck_assert_uint_eq(profile->tcp_table[CT_ORIGINAL][CT_TCP_INDEX_SYN][CT_TCP_NONE], CT_TCP_SYN_SENT);
    for (dir = 0; dir < 2; dir++)
      ck_assert_uint_eq(profile->tcp_table[dir][CT_TCP_INDEX_ACK][CT_TCP_ESTABLISHED], CT_TCP_ESTABLISHED);
  }
}
END_TEST

START_TEST(tables_have_no_holes)
{
  const ct_profile *profile;
  unsigned i, dir, row, state;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    for (dir = 0; dir < 2; dir++) {
      for (row = 0; row < CT_TCP_INDEX_COUNT; row++)
        for (state = 0; state < CT_TCP_STATE_COUNT; state++) {
          uint8_t cell = profile->tcp_table[dir][row][state];

          ck_assert_msg((cell > CT_TCP_NONE && cell < CT_TCP_STATE_COUNT) || cell == CT_TCP_IGNORE ||
                          cell == CT_TCP_INVALID,
                        "%s: TCP dir %u row %u state %u is %u", profile->name, dir, row, state, cell);
        }
      for (row = 0; profile->sctp_table && row < CT_SCTP_ROW_COUNT; row++)
        for (state = 0; state < CT_SCTP_STATE_COUNT; state++) {
          uint8_t cell = profile->sctp_table[dir][row][state];

          ck_assert_msg((cell > CT_SCTP_NONE && cell < CT_SCTP_STATE_COUNT) || cell == CT_SCTP_INVALID,
                        "%s: SCTP dir %u row %u state %u is %u", profile->name, dir, row, state, cell);
        }
    }
  ck_assert_uint_ge(i, 4);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("tables");
  TCase *tcase = tcase_create("cells");

  tcase_add_test(tcase, tcp_6_18_is_the_specifications);
  tcase_add_test(tcase, tcp_2_6_differs_where_it_should);
  tcase_add_test(tcase, tcp_2_4_is_the_specifications);
  tcase_add_test(tcase, sctp_6_18_is_the_specifications);
  tcase_add_test(tcase, sctp_2_6_differs_where_it_should);
  tcase_add_test(tcase, usual_segments_go_the_usual_way);
  tcase_add_test(tcase, tables_have_no_holes);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
