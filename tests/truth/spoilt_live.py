#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""spoilt_live.py 4|6 FILE: a capture of SYNs through and to a box, whose largest segment stands at an even or an odd
place behind other options, for rules that lower it. Prints the options that say where the box stands.
spoilt_live.py send FILE DEVICE: its packets, one by one, out of a device."""
import socket, struct, sys, time
from legacy_live import total

A = {'4': '10.1.0.2', '6': 'fd01::2'}
TO = {'4': ('10.2.0.2', '10.1.0.1'), '6': ('fd02::2', 'fd01::1')}
PLACES = ('--local 10.1.0.1/24@in0 --local 10.2.0.1/24@out0 --route 10.1.0.0/24=in0 --route 10.2.0.0/24=out0',
          '--local fd01::1/64@in0 --local fd02::1/64@out0 --route fd01::/64=in0 --route fd02::/64=out0')
MSS = b'\2\4\5\xb4'
OPTIONS = (MSS, b'\1' + MSS + b'\1\1\0', b'\1\1' + MSS + b'\1\0', b'\1\1\1' + MSS + b'\0')


def syn(version, to, sport, dport, options):
    family = socket.AF_INET6 if version == '6' else socket.AF_INET
    ends = socket.inet_pton(family, A[version]) + socket.inet_pton(family, to)
    head = struct.pack('!HHIIBBHHH', sport, dport, 1, 0, (20 + len(options)) // 4 << 4, 2, 8192, 0, 0) + options
    head = head[:16] + struct.pack('!H', total(ends + struct.pack('!HH', 6, len(head)) + head)) + head[18:]
    if version == '6':
        return struct.pack('!IHBB', 6 << 28, len(head), 6, 64) + ends + head
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(head), 1, 0, 64, 6, 0) + ends
    return ip[:10] + struct.pack('!H', total(ip)) + ip[12:] + head


def write(version, name):
    with open(name, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        n = 0
        for to in TO[version]:
            for dport in (80, 81, 82, 83):
                for options in OPTIONS:
                    packet = syn(version, to, 1000 + n, dport, options)
                    out.write(struct.pack('<IIII', 1000 + n, 0, len(packet), len(packet)) + packet)
                    n += 1
    print(PLACES[version == '6'])


def send(name, device):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((device, 0))
    with open(name, 'rb') as capture:
        capture.read(24)
        while head := capture.read(16):
            packet = capture.read(struct.unpack('<I', head[8:12])[0])
            out.send(bytes.fromhex('020000000002020000000001') + (b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\0') + packet)
            time.sleep(.002)


if sys.argv[1] == 'send':
    send(sys.argv[2], sys.argv[3])
else:
    write(sys.argv[1], sys.argv[2])
