/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as a listing of a table. Properties: twice the same; an error names a line; what was read is loaded into an
 * engine whose parts agree with each other, also when time passes.
 */
#include <string.h>

#include "engine_check.h"
#include "engines.h"
#include "fuzz.h"
#include "listing/load.h"

static void check_same(const listing *a, const listing *b)
{
  g_assert_true((a == NULL) == (b == NULL));
  if (a == NULL)
    return;
  g_assert_cmpuint(a->entries->len, ==, b->entries->len);
  g_assert_cmpuint(a->expects->len, ==, b->expects->len);
  for (guint i = 0; i < a->entries->len; i++) {
    const listing_entry *x = &g_array_index(a->entries, listing_entry, i);
    const listing_entry *y = &g_array_index(b->entries, listing_entry, i);

    g_assert_true(ct_tuple_equal(&x->tuple[0], &y->tuple[0]) && ct_tuple_equal(&x->tuple[1], &y->tuple[1]));
    g_assert_cmpuint(x->timeout_s, ==, y->timeout_s);
    g_assert_cmpuint(x->has, ==, y->has);
  }
}

static void check_engine(const listing *l, ct_gc gc)
{
  static ct_engine *kept;
  listing_loaded loaded;
  ct_params params;
  ct_engine *engine;

  ct_params_init(&params, ct_profile_get(0));
  params.gc = gc;
  params.max = params.buckets = 64; /* engine_check walks the kernel's buckets, too */
  engine = fuzz_engine_anew(&kept, &params);
  ct_engine_advance(engine, 1000000000);
  listing_load(engine, l, &loaded);
  g_assert_cmpuint(loaded.entries + loaded.expects + loaded.left_out, ==, l->entries->len + l->expects->len + l->alone);
  g_assert_cmpuint(ct_engine_count(engine), ==, loaded.entries);
  engine_check(engine);
  ct_engine_advance(engine, 200 * G_GINT64_CONSTANT(1000000000));
  engine_check(engine);
  ct_engine_flush(engine);
  g_assert_cmpuint(ct_engine_count(engine), ==, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  GError *error = NULL;
  listing *l = listing_read("fuzz", (const char *)data, size, ct_profile_get(0), &error);
  listing *again = listing_read("fuzz", (const char *)data, size, ct_profile_get(0), NULL);

  g_assert_true((l == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_true(g_str_has_prefix(error->message, "fuzz:") && strstr(error->message, "(null)") == NULL);
  g_clear_error(&error);
  check_same(l, again);
  if (l != NULL) {
    check_engine(l, CT_GC_EXACT);
    check_engine(l, CT_GC_KERNEL);
  }
  listing_free(l);
  listing_free(again);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const seeds[] = {
    "tcp      6 431999 ESTABLISHED src=10.0.0.2 dst=10.0.0.80 sport=40000 dport=80 packets=5 bytes=300 src=10.0.0.80 "
    "dst=192.0.2.1 sport=80 dport=1024 packets=4 bytes=200 [ASSURED] mark=7 delta-time=3 [start=Sun Nov 29 21:11:02 "
    "2026] helper=ftp use=2 id=3494163605\n",
    "ipv6     10 udp      17 29 src=fd00::1 dst=fd00::2 sport=5 dport=6 [UNREPLIED] src=fd00::2 dst=fd00::1 sport=6 "
    "dport=5 mark=0 zone=3 use=2\nipv4     2 icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=77 src=10.0.0.2 "
    "dst=10.0.0.1 type=0 code=0 id=77 use=1\nipv4     2 gre      47 29 timeout=30, stream_timeout=180 src=10.0.0.1 "
    "dst=10.0.0.2 srckey=0x3 dstkey=0x4 src=10.0.0.2 dst=10.0.0.1 srckey=0x4 dstkey=0x3 use=1\n",
    "ipv4     2 tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 zone-orig=3 src=10.0.0.2 dst=10.0.0.1 sport=2 "
    "dport=1 zone-reply=4 [OFFLOAD] mark=0 use=3\n",
    "tcp      6 300 ESTABLISHED src=10.0.0.5 dst=10.0.0.6 sport=40000 dport=21 src=10.0.0.6 dst=10.0.0.5 sport=21 "
    "dport=40000 [ASSURED] helper=ftp use=1\n179 proto=6 src=10.0.0.5 dst=10.0.0.6 sport=0 dport=50001 "
    "mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.0.0.5 master-dst=10.0.0.6 "
    "sport=40000 dport=21 PERMANENT,INACTIVE class=0 helper=ftp\n",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<conntrack>\n<flow><meta direction=\"original\"><layer3 "
    "protonum=\"2\" protoname=\"ipv4\"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum=\"6\" "
    "protoname=\"tcp\"><sport>1</sport><dport>2</dport></layer4><counters><packets>1</packets><bytes>2</bytes>"
    "</counters></meta><meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\"><src>10.0.0.2</src>"
    "<dst>10.0.0.1</dst></layer3><layer4 protonum=\"6\" protoname=\"tcp\"><sport>2</sport><dport>1</dport></layer4>"
    "</meta><meta direction=\"independent\"><state>ESTABLISHED</state><timeout>9</timeout><mark>7</mark><use>1</use>"
    "<id>5</id><assured/></meta></flow>\n</conntrack>\n",
    "-A -t 999 -u SEEN_REPLY,ASSURED -s 10.0.0.1 -d 10.0.0.2 -g 10.9.0.2 -n 192.0.2.1 -p tcp --sport 1000 --dport 81 "
    "--reply-port-src 8080 --reply-port-dst 2000 --state ESTABLISHED\n-A -t 29 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r "
    "10.0.0.2 -q 10.0.0.1 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77\n",
    "{\"schema\":1,\"type\":\"entry\",\"created\":\"x\",\"entry\":{\"id\":1,\"orig\":{\"src\":\"10.0.0.1\",\"dst\":"
    "\"10.0.0.2\",\"proto\":6,\"sport\":1,\"dport\":2},\"reply\":{\"src\":\"10.0.0.2\",\"dst\":\"10.0.0.1\",\"proto\":"
    "6,\"sport\":2,\"dport\":1},\"status\":[\"ASSURED\",\"CONFIRMED\",\"SEEN_REPLY\"],\"state\":\"ESTABLISHED\","
    "\"timeout\":300,\"counters\":[[1,2],[3,4]],\"use\":1}}\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS(seeds); i++)
    add((const uint8_t *)seeds[i], strlen(seeds[i]));
}
