/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SANE: the scanner's data connection, its port told in the answer to NET_START. Spec 8.7. */
#include "conntrack/helper/helping.h"

#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"

enum { REQUEST_BYTES = 8, ANSWER_BYTES = 8 };
static const uint8_t net_start[4] = { 0, 0, 0, 7 };

bool ct_sane_parse(const uint8_t *payload, size_t length, ct_dir dir, uint8_t *armed, uint16_t *port)
{
  static const uint8_t success[6];

  if (dir == CT_ORIGINAL) {
    if (length == REQUEST_BYTES)
      *armed = memcmp(payload, net_start, sizeof(net_start)) == 0;
    return false;
  }
  if (!*armed)
    return false;
  *armed = 0;
  if (length < ANSWER_BYTES || memcmp(payload, success, sizeof(success)) != 0)
    return false;
  *port = (uint16_t)(payload[6] << 8 | payload[7]);
  return true;
}

static ct_verdict sane_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_tuple *original = &h->tuple[CT_ORIGINAL];
  ct_expect_spec spec;
  uint16_t port;

  if (!ct_sane_parse(payload, length, h->dir, h->state, &port))
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, original->family, CT_PROTO_TCP, &original->src, &original->dst, port, "NET_START");
  return ct_helping_expect(h, &spec) == CT_EXPECT_OK ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

static bool sane_is_sound(const void *state) { return *(const uint8_t *)state <= 1; }

const ct_helper ct_helper_sane = {
  .name = "sane",
  .help = "SANE scanner data connections",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = 1,
  .state_fields = "1",
  .state_is_sound = sane_is_sound,
  .classes = { { NULL, 1, 300 } },
  .inspect = sane_inspect,
};
