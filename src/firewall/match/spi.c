/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m ah, esp, ipcomp: security parameter indexes. */
#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { SPI, LENGTH, RESERVED };

static const guint8 ah_only[] = { 51, 0 };
static const guint8 esp_only[] = { 50, 0 };
static const guint8 ipcomp_only[] = { 108, 0 };

static void ah_init(void *data, fw_family family)
{
  (void)family;
  ((fw_ah *)data)->spi.to = G_MAXUINT32;
}

static void spi_init(void *data, fw_family family)
{
  (void)family;
  ((fw_spi *)data)->spi.to = G_MAXUINT32;
}

static const fw_option ah_options[] = {
  FW_OPTION("ahspi", SPI, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_ah, spi),
  FW_OPTION_END,
};

static const fw_option ah6_options[] = {
  FW_OPTION("ahspi", SPI, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_ah, spi),
  FW_OPTION("ahlen", LENGTH, U32, FW_INV | FW_SAVE, fw_ah, length),
  FW_OPTION_BARE("ahres", RESERVED, NONE, FW_SHOW),
  FW_OPTION_END,
};

static const fw_option esp_options[] = {
  FW_OPTION("espspi", SPI, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_spi, spi),
  FW_OPTION_END,
};

static const fw_option ipcomp_options[] = {
  FW_OPTION("ipcompspi", SPI, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_spi, spi),
  FW_OPTION_BARE("compres", 1, NONE, FW_SHOW),
  FW_OPTION_END,
};

const fw_match_ops fw_match_ah = {
  .name = "ah",
  .id = FW_MATCH_ah,
  .size = sizeof(fw_ah),
  .bounds = { .families = 1 << FW_IPV4, .protocols = ah_only },
  .given = FW_BITS(fw_ah, given),
  .invert = FW_BITS(fw_ah, invert),
  .options = ah_options,
  .init = ah_init,
};

const fw_match_ops fw_match_ah6 = {
  .name = "ah",
  .id = FW_MATCH_ah6,
  .size = sizeof(fw_ah),
  .bounds = { .families = 1 << FW_IPV6 },
  .given = FW_BITS(fw_ah, given),
  .invert = FW_BITS(fw_ah, invert),
  .options = ah6_options,
  .init = ah_init,
};

const fw_match_ops fw_match_esp = {
  .name = "esp",
  .id = FW_MATCH_esp,
  .size = sizeof(fw_spi),
  .bounds = { .protocols = esp_only },
  .given = FW_BITS(fw_spi, given),
  .invert = FW_BITS(fw_spi, invert),
  .options = esp_options,
  .init = spi_init,
};

const fw_match_ops fw_match_ipcomp = {
  .name = "ipcomp",
  .id = FW_MATCH_ipcomp,
  .size = sizeof(fw_spi),
  .bounds = { .protocols = ipcomp_only },
  .given = FW_BITS(fw_spi, given),
  .invert = FW_BITS(fw_spi, invert),
  .options = ipcomp_options,
  .init = spi_init,
};
