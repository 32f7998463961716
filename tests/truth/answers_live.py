#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""answers_live.py IN OUT: packets that a box rejects in every way, sent into it by two devices, a and b, with what
those send that are not rejected."""
import socket, sys, time

from legacy_live import A, B, BOX, icmp, tcp, udp


def packets():
    """(side, packet)"""
    for port in (113, 7):  # the box's own: rejected; nobody listens
        yield 'a', tcp(A, BOX, 1000 + port, port, 2, seq=5000)
    yield 'a', udp(A, BOX, 2000, 514, b'to the box', ident=7)
    for port in (22, 23):  # NEW, rejected on its way
        yield 'a', tcp(A, B, 3000 + port, port, 2, seq=900)
        yield 'a', tcp(A, B, 3000 + port, port, 2, seq=900, ident=2)
    yield 'a', tcp(A, B, 3023, 23, 0x10, seq=901, ack=77)
    yield 'a', udp(A, B, 2001, 99, b'untracked')
    yield 'a', tcp(A, B, 3098, 98, 2, seq=4)  # untracked
    yield 'a', tcp(A, BOX, 3081, 8081, 2, seq=6)  # translated, and rejected behind that
    # Established, then rejected: a reset closes it. Both ways.
    for sport, says in ((4000, 'a'), (4001, 'b')):
        yield 'a', tcp(A, B, sport, 80, 2, seq=100)
        yield 'b', tcp(B, A, 80, sport, 0x12, seq=500, ack=101)
        yield 'a', tcp(A, B, sport, 80, 0x10, seq=101, ack=501)
        yield 'a', tcp(A, B, sport, 80, 0x18, seq=101, ack=501, data=b'GET / HTTP/1.0\r\n')
        if says == 'a':
            yield 'a', tcp(A, B, sport, 80, 0x18, seq=117, ack=501, data=b'secret')
            yield 'b', tcp(B, A, 80, sport, 0x10, seq=501, ack=117)
        else:
            yield 'b', tcp(B, A, 80, sport, 0x18, seq=501, ack=117, data=b'refuse')
            yield 'a', tcp(A, B, sport, 80, 0x10, seq=117, ack=501)
    yield 'a', udp(A, B, 5000, 53, b'question')
    yield 'b', udp(B, A, 53, 5000, b'answer')
    yield 'a', udp(A, B, 5000, 53, b'long' * 40, ident=12)
    yield 'b', icmp(B, A, 3, 3, b'\0\0\0\0', udp(A, B, 5000, 53, b'question')[:36])  # not the box's
    yield 'b', tcp(B, A, 23, 3023, 4, seq=77)  # as the box's reset, but from elsewhere, and late
    yield 'a', tcp(A, B, 6000, 443, 2, ttl=1)  # the kernel itself answers


def main():
    out = {}
    for side, device in zip('ab', sys.argv[1:]):
        out[side] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        out[side].bind((device, 0))
    for side, packet in packets():
        out[side].send(b'\2\0\0\0\0\2' + b'\2\0\0\0\0\x09' + b'\x08\0' + packet)
        time.sleep(0.02)


main()
