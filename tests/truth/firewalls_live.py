#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""firewalls_live.py RULES SEED FILE: a capture of packets that a ruleset has something to say about, since addresses,
ports and interfaces are taken out of its text. Prints the options that say where ctreplay verify --routed has its box."""
import collections, ipaddress, random, re, struct, sys
from legacy_live import total

PACKETS = 160
ECHO = {4: (8, 0), 6: (128, 129)}


class Box:
    """Two devices, and who is behind each."""

    def __init__(self, text, rand, version):
        self.rand, self.version = rand, version
        six = version == 6
        self.private = [ipaddress.ip_network(n) for n in
                        (['fd00::/8'] if six else ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'])]
        self.own = ['fd77::1', '2001:db8:77::1'] if six else ['192.168.77.1', '203.0.113.77']
        self.near = [ipaddress.ip_network(n, strict=False) for n in
                     (['fd77::/64', '2001:db8:77::/64'] if six else ['192.168.77.0/24', '203.0.113.0/25'])]
        self.names = self.interfaces(text)
        nets = self.networks(text)
        inside = [n for n in nets if any(n.subnet_of(p) for p in self.private)]
        outside = [n for n in nets if not any(n.subnet_of(p) or p.subnet_of(n) for p in self.private)]
        inside.append(ipaddress.ip_network('fd12::/64' if six else '192.168.1.0/24'))
        outside.append(ipaddress.ip_network('2001:db8:1::/64' if six else '198.51.100.0/24'))
        self.hosts = [[self.host(side) for _ in range(4)] for side in (inside, outside)]
        found = re.findall(r'(?:--[ds]ports?|--ports?) (?:! )?([\d,:]+)', text)
        found += re.findall(r'"right": (\d{2,5})\b', text)
        ports = [int(x) for f in found for x in re.split('[,:]', f) if x]
        self.ports = [p for p in ports if 0 < p < 65536] + [22, 25, 53, 80, 123, 443, 8080]

    def interfaces(self, text):
        found = re.findall(r'-[io] "?([A-Za-z0-9.:_@-]+)\b(?!\+)', text)
        found += re.findall(r'"[io]ifname"\}\}, "right": "([^"*]+)"', text)
        names = [n for n, _ in collections.Counter(f for f in found if f != 'lo' and len(f) < 15).most_common(2)]
        names += [n for n in ('lan0', 'wan0')][len(names):]
        if self.rand.random() < .5:
            names.reverse()
        return names

    def networks(self, text):
        word = (r'(?<![0-9a-fA-F:])((?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?:/\d+)?)' if self.version == 6
                else r'(?<![\d.])(\d+\.\d+\.\d+\.\d+(?:/\d+)?)(?![\d.])')
        nets = []
        for w in re.findall(word, text):
            try:
                n = ipaddress.ip_network(w, strict=False)
            except ValueError:
                continue
            if n.version == self.version and n.prefixlen > 4 and not (
                    n.is_multicast or n.is_loopback or n.is_reserved or n.is_link_local or n[0].packed[0] == 0):
                nets.append(n)
        return nets

    def is_host(self, a):
        plain = self.version == 6 or a.packed[3] not in (0, 255)
        return plain and not (a.is_multicast or a.is_loopback or a.is_unspecified) and not any(a in n for n in self.near)

    def host(self, nets):
        for _ in range(50):
            n = self.rand.choice(nets)
            a = n[self.rand.randrange(min(n.num_addresses, 1 << 20))]
            if self.is_host(a):
                return a
        return nets[-1][9]

    def options(self):
        options = []
        for own, name in zip(self.own, self.names):
            options += ['--local', '%s/%d@%s' % (own, 64 if self.version == 6 else 24, name)]
        for p in self.private:
            options += ['--route', '%s=%s' % (p, self.names[0])]
        return options + ['--route', '%s=%s' % ('::/0' if self.version == 6 else '0.0.0.0/0', self.names[1])]


class Traffic:
    """Connections that begin, go on and end, and what belongs to none."""

    def __init__(self, box, rand):
        self.box, self.rand, self.open, self.packets = box, rand, [], []
        while len(self.packets) < PACKETS:
            if self.open and rand.random() < .55:
                self.go_on(*rand.choice(self.open))
            else:
                self.begin()
            self.open = self.open[-12:]

    def put(self, src, dst, proto, segment, sum_at=None):
        r = self.rand
        if sum_at is not None:
            pseudo = b''
            if proto != 1:
                ends = struct.pack('!IHBB', len(segment), 0, 0, proto) if src.version == 6 else struct.pack('!BBH', 0, proto, len(segment))
                pseudo = src.packed + dst.packed + ends
            segment = segment[:sum_at] + struct.pack('!H', total(pseudo + segment) or 0xffff) + segment[sum_at + 2:]
        ttl = r.choice([64, 64, 64, 128, 255, 1, 2])
        if src.version == 6:
            head = struct.pack('!IHBB', 6 << 28, len(segment), proto, ttl) + src.packed + dst.packed
        else:
            head = struct.pack('!BBHHHBBH', 0x45, r.choice([0] * 8 + [0x10, 8, 0xb8]), 20 + len(segment), len(self.packets) + 1,
                               0x4000, ttl, proto, 0) + src.packed + dst.packed
            head = head[:10] + struct.pack('!H', total(head)) + head[12:]
        self.packets.append(head + segment)

    def tcp(self, src, dst, sport, dport, flags, seq, ack, data=b'', options=b''):
        head = struct.pack('!HHIIBBHHH', sport, dport, seq, ack, (5 + len(options) // 4) << 4, flags, 29200, 0, 0)
        self.put(src, dst, 6, head + options + data, 16)

    def udp(self, src, dst, sport, dport, data):
        self.put(src, dst, 17, struct.pack('!HHHH', sport, dport, 8 + len(data), 0) + data, 6)

    def icmp(self, src, dst, kind, code, ident, data=b'x' * 24):
        self.put(src, dst, 58 if src.version == 6 else 1, struct.pack('!BBHHH', kind, code, 0, ident, 1) + data, 2)

    def go_on(self, src, dst, proto, sport, dport):
        r, back = self.rand, self.rand.random() < .5
        if str(dst) in self.box.own:
            back = False  # what the box says is not in here
        if back:
            src, dst, sport, dport = dst, src, dport, sport
        if proto == 6:
            flags = r.choice([0x12 if back else 0x10, 0x10, 0x18, 0x18, 0x11, 0x14, 0x04, 0x02])
            seq = 1001 if not back else 9000 if flags == 0x12 else 9001
            ack = (1001 if back else 9001) if flags & 0x10 else 0
            self.tcp(src, dst, sport, dport, flags, seq, ack, b'y' * r.choice([0, 1, 40]) if flags & 8 else b'')
        elif proto == 17:
            self.udp(src, dst, sport, dport, b'z' * r.choice([0, 8, 100]))
        else:
            self.icmp(src, dst, ECHO[src.version][back], 0, dport if back else sport)

    def ends(self):
        inside, outside = (self.rand.choice(h) for h in self.box.hosts)
        own = [ipaddress.ip_address(o) for o in self.box.own]
        return self.rand.choices([(inside, outside), (outside, inside), (outside, own[1]), (inside, own[0]), (inside, own[1])],
                                 [4, 2, 2, 1, 1])[0]

    def begin(self):
        r, (src, dst) = self.rand, self.ends()
        sport = r.choice([r.randrange(1024, 65535)] * 5 + [r.choice(self.box.ports)])
        dport = r.choice(self.box.ports) if r.random() < .85 else r.randrange(1, 65535)
        kind = r.choices(['tcp', 'udp', 'icmp', 'other'], [50, 28, 17, 5])[0]
        if kind == 'tcp':
            flags = r.choice([2] * 10 + [0x10, 0x12, 4, 0, 0x29, 3, 0x3f, 1, 0x14, 0x42, 0xc2])
            options = r.choice([b'', b'\x02\x04\x05\xb4', b'\x02\x04\x02\x00\x01\x03\x03\x07', b'\x01\x02\x04\x05\xb4\x01\x01\x00'])
            self.tcp(src, dst, sport, dport, flags, 1000, 0, b'', options if flags & 2 else b'')
            self.open.append((src, dst, 6, sport, dport))
        elif kind == 'udp':
            self.udp(src, dst, sport, dport, r.choice([b'', b'q' * 20, b'q' * 60, bytes(range(200))]))
            self.open.append((src, dst, 17, sport, dport))
        elif kind == 'icmp':
            self.begin_icmp(src, dst, sport)
        else:
            self.put(src, dst, r.choice([2, 47, 50, 51, 89, 132, 41, 103, 136]), bytes(r.randrange(256) for _ in range(24)))

    def begin_icmp(self, src, dst, ident):
        six, r = src.version == 6, self.rand
        kind = r.choice([128] * 3 + [129, 1, 2, 3, 4, 130, 133, 135, 136] if six else [8] * 4 + [0, 13, 17, 5, 3, 11, 12, 9, 10])
        if kind == ECHO[src.version][0]:
            self.open.append((src, dst, 58 if six else 1, ident, 0))
        is_error = kind < 5 if six else kind in (3, 5, 11, 12)
        about = r.choice(self.packets)[:60 if six else 28] if is_error and self.packets else b'x' * 24
        self.icmp(src, dst, kind, r.randrange(4) if is_error and not six else 0, 0 if is_error else ident, about)


def write(path, packets, rand):
    at = 1700000000000000
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for p in packets:
            at += rand.choice([10000, 10000, 20000, 50000])
            frame = b'\2\0\0\0\0\1\2\0\0\0\0\2' + (b'\x08\0' if p[0] >> 4 == 4 else b'\x86\xdd') + p
            f.write(struct.pack('<IIII', at // 1000000, at % 1000000, len(frame), len(frame)) + frame)


def main(rules, seed, path):
    rand = random.Random(int(seed))
    with open(rules, errors='replace') as f:
        text = f.read()
    six = 'ip6tables/' in rules or ('nft-json/' in rules and rand.random() < .3)
    box = Box(text, rand, 6 if six else 4)
    write(path, Traffic(box, rand).packets, rand)
    print(' '.join(box.options()))


main(*sys.argv[1:])
