"""Redirects of the public address: clicks on the links of mails that the node itself has sent."""
import email
import email.policy
import multiprocessing
import re
import shutil
import socket
import sys
import time

from harness.node import Node
from harness.sink import Sink

MAILS = 100
CLIENTS = 2          # processes
CONNECTIONS = 8      # of each
TOGETHER = 8         # requests that wait for their answers on a connection
SECONDS = 5
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def measure(options):
    folder = options.folder / "clicks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sink = Sink(folder, keep=True)
    node = Node(folder, {"smtp": {"relay_networks": ["127.0.0.0/8"]}},
                [{"domain": "*", "to": sink.address}], name="bench")
    node.wanted["http"] = {"public_url": f"http://{node.public}"}
    node.write_config()
    try:
        node.start()
        node.shared_ip()
        return click(node, find_links(node, sink))
    finally:
        node.stop()
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def find_links(node, sink):
    html = "".join(f'<a href="https://shop.test/{i}?campaign=spring">{i}</a>' for i in range(5))
    for first in range(0, MAILS, 10):
        node.rest.post("/v1/messages", {
            "from": "n@sender.test", "to": [f"r{first + i}@next.test" for i in range(10)],
            "subject": "s", "html": html, "tracking": {"clicks": True}})
    sink.wait_for(MAILS)
    links = []
    for number in range(MAILS):
        content, = sink.contents(f"r{number}@next.test")
        mail = email.message_from_bytes(content, policy=email.policy.default)
        text = mail.get_body(("html",)).get_content().replace("&amp;", "&")
        links += re.findall(r'href="http://[^/]*(/c/[^"]*)"', text)
    if len(links) != MAILS * 5:
        sys.exit(f"clicks: {len(links)} links in {MAILS} mails")
    return links


def click(node, links):
    begin = time.monotonic() + 1
    with multiprocessing.Pool(CLIENTS) as pool:
        totals = pool.starmap(click_for, [(node.public, links[i::CLIENTS], begin)
                                          for i in range(CLIENTS)])
    if any(wrong for _, wrong in totals):
        sys.exit("clicks: not every answer was a redirect")
    return {"redirects_per_second": sum(answers for answers, _ in totals) / SECONDS,
            "redirects_wanted_per_second": 5000}


def click_for(address, links, begin):
    """The answers that came until the end, and how many were no redirect."""
    host, port = address.rsplit(":", 1)
    requests = [f"GET {link} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: {BROWSER}\r\n\r\n".encode()
                for link in links]
    sockets = [socket.create_connection((host, int(port))) for _ in range(CONNECTIONS)]
    time.sleep(max(0, begin - time.monotonic()))
    done = wrong = number = 0
    while time.monotonic() < begin + SECONDS:
        for each in sockets:
            each.sendall(b"".join(requests[(number + i) % len(requests)]
                                  for i in range(TOGETHER)))
            number += TOGETHER
        for each in sockets:
            octets = b""
            while octets.count(b"\r\n\r\n") < TOGETHER:
                piece = each.recv(65536)
                if not piece:
                    return done, wrong + 1
                octets += piece
            found = octets.count(b"HTTP/1.1 302 ")
            done += found
            wrong += TOGETHER - found
    return done, wrong
