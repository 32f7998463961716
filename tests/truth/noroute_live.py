#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""noroute_live.py DEVICE: packets to where no route of the box leads, or where one ends, sent into it by a device, with
some that a route takes on."""
import socket, struct, sys, time

from legacy_live import A, B, BOX, icmp, tcp, udp

A6, B6 = 'fd01::2', 'fd02::2'
# Without a route; unreachable, prohibit, blackhole, throw; a way within one that ends.
ENDS = ('203.0.113.1', '192.0.2.1', '192.0.2.65', '192.0.2.129', '192.0.2.193', '192.0.2.34')
ENDS6 = ('fd99::1', 'fd0a::1', 'fd0b::1', 'fd0c::1', 'fd0d::1', 'fd0a:0:0:5::1')


def total(data):
    if len(data) % 2:
        data += b'\0'
    n = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return ~n & 0xffff


def udp6(source, destination, sport, dport, data, ttl=64):
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
    n = 8 + len(data)
    head = struct.pack('!HHHH', sport, dport, n, 0)
    head = head[:6] + struct.pack('!H', total(ends + struct.pack('!IHBB', n, 0, 0, 17) + head + data))
    return struct.pack('!IHBB', 6 << 28, n, 17, ttl) + ends + head + data


def packets():
    for i, to in enumerate(ENDS):
        source = '10.1.0.%d' % (10 + i)
        yield udp(source, to, 1000, 53, b'where')
        yield udp(source, to, 1000, 53, b'again')
        yield tcp(source, to, 2000, 80, 2, ttl=1, seq=7)  # which comes first?
        yield udp('10.1.0.%d' % (20 + i), to, 1001, 33434, b'trace', ttl=1)
    for i, to in enumerate(ENDS6):
        source = 'fd01::%x' % (16 + i)
        yield udp6(source, to, 1000, 53, b'where')
        yield udp6(source, to, 1000, 53, b'again')
        yield udp6('fd01::%x' % (32 + i), to, 1001, 33434, b'trace', ttl=1)
    yield tcp('10.1.0.30', BOX, 3000, 8081, 2, seq=6)  # translated to where there is no route
    yield tcp('10.1.0.31', BOX, 3001, 8082, 2, seq=6)  # to one that ends
    yield tcp('10.1.0.32', BOX, 3002, 8083, 2, seq=6)  # to where there is one
    for i in range(2):  # to the box, whose reset ends it: captured as it leaves, in the other's name
        yield tcp('10.1.0.36', B, 3004, 8084, 2, seq=6)
    yield udp('10.1.0.33', BOX, 3003, 4000, b'nobody listens')
    yield icmp('10.1.0.34', '203.0.113.1', 3, 1, b'\0\0\0\0', udp('203.0.113.1', '10.1.0.34', 9, 9, b'')[:28])
    yield icmp('10.1.0.35', '203.0.113.1', 8, 0, b'\0\1\0\1', b'echo')
    for i in range(9):  # a limit of ICMP errors to each host
        yield udp('10.1.0.40', '203.0.113.1', 4000 + i, 53, b'limit')
    for i in range(9):
        yield udp('10.1.0.41', '192.0.2.1', 4000 + i, 53, b'limit')
    for i in range(16):
        yield udp6('fd01::40', 'fd99::1', 4000 + i, 53, b'limit')
    for i in range(9):  # and where it is TTL's
        yield udp('10.1.0.42', B, 4000 + i, 53, b'limit', ttl=1)
    for i in range(9):  # and REJECT's
        yield udp('10.1.0.43', B, 4000 + i, 99, b'limit')
    for i in range(16):
        yield udp6('fd01::43', B6, 4000 + i, 99, b'limit')
    yield 0.3  # a tenth of a second is one more, of IPv6
    for i in range(3):
        yield udp6('fd01::40', 'fd99::1', 5000 + i, 53, b'more')
        yield udp6('fd01::43', B6, 5000 + i, 99, b'more')
        yield udp('10.1.0.43', B, 5000 + i, 99, b'none')


def main():
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((sys.argv[1], 0))
    for packet in packets():
        if isinstance(packet, float):
            time.sleep(packet)
            continue
        kind = b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\0'
        out.send(b'\2\0\0\0\0\2' + b'\2\0\0\0\0\x09' + kind + packet)
        time.sleep(0.004)


main()
