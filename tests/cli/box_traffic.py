# SPDX-License-Identifier: GPL-2.0-or-later
# The traffic of tests/cli/box_router.sh: box_traffic.py server, or box_traffic.py client FOLDER CONNECTIONS. The client does a part
# when a file of its name is made in FOLDER (before, main, plain, after), and says with NAME.done that it pauses.
import ftplib, os, resource, select, socket, struct, sys, threading, time

# The router translates nothing that goes to PLAIN.
SERVER, PLAIN, CLIENT = "198.51.100.80", "198.51.100.81", "192.0.2.10"
PAGE = b"x" * 3000


def many_files():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def listener(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    s.listen(4096)
    return s


# ---- the server ----

# A page for whoever asks; who asks to stay is not hung up on.
def serve_http():
    door, poll = listener(80), select.epoll()
    door.setblocking(False)
    poll.register(door, select.EPOLLIN)
    there = {}
    while True:
        for fd, _ in poll.poll():
            if fd == door.fileno():
                try:
                    c = door.accept()[0]
                except BlockingIOError:
                    continue
                there[c.fileno()] = c
                poll.register(c, select.EPOLLIN)
                continue
            c = there[fd]
            try:
                asked = c.recv(4096)
                if asked:
                    c.sendall(PAGE)
            except ConnectionError:
                asked = b""
            if not asked.startswith(b"stay"):
                poll.unregister(c)
                del there[fd]
                c.close()


def serve_dns():
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("", 53))
    while True:
        asked, who = u.recvfrom(2000)
        u.sendto(asked * 2, who)


def serve_ftp_client(c):
    def say(text):
        c.sendall(text.encode() + b"\r\n")

    data = where = None
    say("220 ready")
    for line in c.makefile("r", newline="\r\n"):
        word, _, rest = line.strip().partition(" ")
        if word in ("PASV", "EPSV"):
            data = listener(0)
            port = data.getsockname()[1]
            if word == "PASV":
                say("227 Entering Passive Mode (%s,%d,%d)." % (SERVER.replace(".", ","), port >> 8, port & 255))
            else:
                say("229 Entering Extended Passive Mode (|||%d|)" % port)
        elif word == "PORT":
            parts = rest.split(",")
            where = (".".join(parts[:4]), int(parts[4]) * 256 + int(parts[5]))
            say("200 done")
        elif word == "RETR":
            say("150 here it comes")
            d = data.accept()[0] if data else socket.create_connection(where)
            d.sendall(PAGE * 20)
            d.close()
            data = None
            say("226 done")
        else:
            say({"USER": "331 password", "PASS": "230 welcome", "QUIT": "221 bye"}.get(word, "200 done"))
            if word == "QUIT":
                break
    c.close()


def server():
    many_files()
    threading.Thread(target=serve_dns, daemon=True).start()
    threading.Thread(target=serve_http, daemon=True).start()
    door = listener(21)
    while True:
        threading.Thread(target=serve_ftp_client, args=(door.accept()[0],), daemon=True).start()


# ---- the client ----

def page(c, most=None):
    got = 0
    while most is None or got < most:
        part = c.recv(65536)
        if not part:
            break
        got += len(part)


def http(ask, server=SERVER):
    c = socket.create_connection((server, 80))
    c.sendall(ask)
    page(c, len(PAGE) if ask == b"stay" else None)
    return c


def dns(n):
    for i in range(n):
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        u.settimeout(5)
        for _ in range(1 + i % 3):
            u.sendto(b"question%d" % i, (SERVER, 53))
            u.recv(100)
        u.close()


def ping(number, n):
    p = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    p.settimeout(5)
    for i in range(n):
        words = struct.unpack("!4H", struct.pack("!BBHHH", 8, 0, 0, number, i))
        total = sum(words)
        total = (total & 65535) + (total >> 16)
        p.sendto(struct.pack("!BBHHH", 8, 0, 65535 - total, number, i), (SERVER, 0))
        p.recv(100)


# Ports that nobody serves: those from 8000 on are refused by the server, the others dropped by the router.
def scan(ports, host):
    tries = []
    for port in ports:
        s = socket.socket()
        s.setblocking(False)
        tries.append(s)
        try:
            s.connect((host, port))
        except OSError:
            pass
    return tries


def ftp(passive, files):
    f = ftplib.FTP(SERVER, "somebody", "secret", timeout=10)
    f.set_pasv(passive)
    for _ in range(files):
        f.retrbinary("RETR file", lambda part: None)
    return f


def do_before(n):
    kept = [http(b"stay") for _ in range(n)]
    dns(n)
    ping(70, 2)
    kept.append(ftp(True, 1))
    return kept


def do_main(n, before):
    kept = [http(b"stay") for _ in range(n // 3)]
    for _ in range(n - n // 3):
        http(b"GET").close()
    dns(max(3, n // 10))
    ping(77, 3)
    # Those of before go on: one talks, one ends, the rest stay silent.
    before[0].sendall(b"stay more")
    page(before[0], len(PAGE))
    before[1].close()
    before[-1].retrbinary("RETR file", lambda part: None)
    ftp(True, 2).quit()
    kept.append(ftp(False, 2))
    waits = ftp(True, 0)
    waits.sendcmd("PASV")  # and nobody comes
    kept.append(waits)
    tries = scan(list(range(22, 40)) + list(range(8000, 8010)), SERVER) + scan(range(20, 30), "192.0.2.1")
    time.sleep(0.3)
    for s in tries:
        s.close()
    return kept


# A segment of the client's that is in no window.
def astray(c, sequence):
    port = c.getsockname()[1]
    tcp = struct.pack("!HHIIBBHHH", port, 80, sequence, 1, 0x50, 0x10, 500, 0, 0)
    pseudo = socket.inet_aton(CLIENT) + socket.inet_aton(PLAIN) + struct.pack("!BBH", 0, 6, len(tcp))
    total = sum(struct.unpack("!16H", pseudo + tcp))
    total = (total & 65535) + (total >> 16)
    total = (total & 65535) + (total >> 16)
    r = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    r.bind((CLIENT, 0))
    r.sendto(tcp[:16] + struct.pack("!H", 65535 - total) + tcp[18:], (PLAIN, 0))
    r.close()


# Of these the router's entries are thrown away and loaded again, and they go on.
def do_plain():
    return [http(b"stay", PLAIN) for _ in range(8)]


def do_after(c):
    for i in range(3):
        c[0].sendall(b"stay")
        page(c[0], len(PAGE))
    c[1].close()
    c[2].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c[2].close()
    astray(c[3], 77)
    c[4].sendall(b"stay")
    page(c[4], len(PAGE))
    astray(c[4], 77)
    c[5].shutdown(socket.SHUT_WR)
    page(c[5])
    c[6].sendall(b"stay" * 100)
    page(c[6], len(PAGE))
    c[6].sendall(b"GET")
    time.sleep(0.1)


def client(folder, n):
    many_files()
    kept = before = plain = []
    for part in ("before", "main", "plain", "after"):
        while not os.path.exists(os.path.join(folder, part)):
            time.sleep(0.02)
        if part == "before":
            before = do_before(4)
        elif part == "main":
            kept = do_main(n, before)
        elif part == "plain":
            plain = do_plain()
        else:
            do_after(plain)
        open(os.path.join(folder, part + ".done"), "w").close()
    time.sleep(600)
    return kept


if sys.argv[1] == "server":
    server()
else:
    client(sys.argv[2], int(sys.argv[3]))
