#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""legacy_live.py write FILE: a capture of what the two halves of iptables judge differently, and of what they do not.
legacy_live.py send FILE DEVICE: its frames, one by one, out of a device."""
import socket, struct, sys, time

A, B, BOX, OTHER = '10.1.0.2', '10.2.0.2', '10.1.0.1', '10.1.0.3'


def total(b):
    b += b'\0' * (len(b) & 1)
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def ip(src, dst, proto, payload, ttl=64, tos=0, frag=0, ident=1):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, tos, 20 + len(payload), ident, frag, ttl, proto, 0,
                       socket.inet_aton(src), socket.inet_aton(dst))
    return head[:10] + struct.pack('!H', total(head)) + head[12:] + payload


def l4(src, dst, proto, head, at, data):
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack('!BBH', 0, proto, len(head + data))
    return head[:at] + struct.pack('!H', total(pseudo + head + data)) + head[at + 2:] + data


def tcp(src, dst, sport, dport, flags, seq=1, ack=0, data=b'', **more):
    head = struct.pack('!HHIIBBHHH', sport, dport, seq, ack, 0x50, flags, 8192, 0, 0)
    return ip(src, dst, 6, l4(src, dst, 6, head, 16, data), **more)


def udp(src, dst, sport, dport, data=b'x', **more):
    head = struct.pack('!HHHH', sport, dport, 8 + len(data), 0)
    return ip(src, dst, 17, l4(src, dst, 17, head, 6, data), **more)


def icmp(src, dst, kind, code, rest=b'\0\1\0\1', data=b'', **more):
    head = struct.pack('!BBH', kind, code, 0) + rest + data
    return ip(src, dst, 1, head[:2] + struct.pack('!H', total(head)) + head[4:], **more)


def packets():
    for port in (22, 80, 81, 443, 8080):
        yield tcp(A, B, 1000 + port, port, 2)
        yield tcp(B, A, port, 1000 + port, 0x12, 100, 2)
        yield tcp(A, B, 1000 + port, port, 0x10, 2, 101)
        yield tcp(A, B, 1000 + port, port, 0x18, 2, 101, b'GET /needle HTTP/1.0\r\n')
    yield tcp(A, B, 1500, 22, 0x10, 7, 9)  # without a beginning
    yield tcp(A, B, 1501, 22, 0x04, 7, 9)
    for port in (53, 123, 161, 5000, 5001, 5002, 5003):
        yield udp(A, B, 2000, port)
        yield udp(A, B, 2000, port, b'twice')
        yield udp(B, A, port, 2000, b'answer')
    for size in (0, 1, 3, 4, 7, 8, 12, 19):  # headers that are too short
        yield ip(A, B, 6, (struct.pack('!HH', 1600, 80) + b'\0' * 16)[:size], ident=size)
        yield ip(A, B, 17, (struct.pack('!HH', 1600, 53) + b'\0' * 16)[:min(size, 7)], ident=size)
        yield ip(A, B, 1, b'\x08\0\0\0\0\0\0'[:min(size, 7)], ident=size)
        yield ip(A, B, 132, (struct.pack('!HH', 1600, 80) + b'\0' * 16)[:min(size, 11)], ident=size)
    yield icmp(A, B, 8, 0)
    yield icmp(B, A, 0, 0)
    yield icmp(A, B, 13, 0)
    yield icmp(A, B, 3, 3, b'\0\0\0\0', udp(B, A, 53, 2000, b'answer')[:36])
    yield icmp(A, B, 3, 3, b'\0\0\0\0', udp(B, A, 9, 9)[:36])
    for number in range(6):
        yield udp(OTHER, B, 3000 + number, 7777)
    yield tcp(A, B, 1700, 9999, 2, tos=0x10, ttl=5)
    yield tcp(A, B, 1701, 9999, 2, tos=0xb8, ttl=200)
    yield udp(A, B, 1702, 9998, b'y' * 500)
    whole = udp(A, B, 1703, 9997, b'z' * 64)
    yield ip(A, B, 17, whole[20:52], frag=0x2000, ident=99)
    yield ip(A, B, 17, whole[52:], frag=4, ident=99)
    for port in (22, 80, 9):
        yield tcp(A, BOX, 1800 + port, port, 2)
    yield udp(A, BOX, 1900, 9)
    yield ip(A, BOX, 6, b'\0\x16\0\x50')


def write(path):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for n, p in enumerate(packets()):
            frame = bytes.fromhex('020000000002' '020000000001' '0800') + p
            f.write(struct.pack('<IIII', 1700000000, n * 1000, len(frame), len(frame)) + frame)


def send(path, device):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((device, 0))
    with open(path, 'rb') as f:
        f.read(24)
        while head := f.read(16):
            out.send(f.read(struct.unpack('<IIII', head)[2]))
            time.sleep(0.002)


if __name__ == '__main__':
    write(sys.argv[2]) if sys.argv[1] == 'write' else send(sys.argv[2], sys.argv[3])
