"""Registers that are read and written by quorums, after Attiya, Bar-Noy and Dolev, with many writers.

A write asks R replicas for the highest timestamp and stores its value with a higher one at W of them; a read asks R
replicas and answers when W hold what it returns. With R + W > N every two of these meet in a replica. An example of a
submission in plain Python: nothing but its standard library.

`--mistake alone`: the node that is asked is quorum enough.
`--mistake clock`: timestamps are the time of day, as if the clocks of all nodes were right.
"""

import argparse
import json
import os
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote, urlsplit

PEER_SECONDS = 0.4
NOTHING = {"value": None, "timestamp": [0, 0]}


class Replica:
    """What one node holds. A change is in its journal before anybody hears of it."""

    def __init__(self, folder):
        self.lock = threading.Lock()
        self.items = {}
        path = os.path.join(folder, "journal")
        whole = 0
        if os.path.exists(path):
            with open(path, "rb") as journal:
                for line in journal:
                    # A process that was killed while it wrote leaves half a line, which nobody was told of.
                    if not line.endswith(b"\n"):
                        break
                    key, item = json.loads(line)
                    self.items[key] = item
                    whole += len(line)
            os.truncate(path, whole)
        self.journal = open(path, "ab", buffering=0)

    def get(self, key):
        with self.lock:
            return self.items.get(key, NOTHING)

    def store(self, key, item):
        with self.lock:
            self._store(key, item)

    def store_above(self, key, value, counter, node):
        """Stores the value with a timestamp above the counter and above what is here; answers the item."""
        with self.lock:
            counter = max(counter, self.items.get(key, NOTHING)["timestamp"][0]) + 1
            item = {"value": value, "timestamp": [counter, node]}
            self._store(key, item)
            return item

    def _store(self, key, item):
        if item["timestamp"] > self.items.get(key, NOTHING)["timestamp"]:
            self.journal.write(json.dumps([key, item]).encode() + b"\n")
            self.items[key] = item


class Peers:
    """Asks the other replicas, all at once, and waits for as many as are needed."""

    def __init__(self, urls):
        self.urls = urls
        self.pool = ThreadPoolExecutor(64)
        self.kept = threading.local()

    def ask(self, needed, method, path, body=None):
        """The first `needed` answers; fewer when no more come in time."""
        text = None if body is None else json.dumps(body)
        open_requests = {self.pool.submit(self._ask, url, method, path, text) for url in self.urls}
        answers = []
        while open_requests and len(answers) < needed:
            done, open_requests = wait(open_requests, return_when=FIRST_COMPLETED)
            answers += [found.result() for found in done if found.result() is not None]
        return answers

    def _ask(self, url, method, path, text):
        """One request, on the connection that this thread has kept to that peer; None when nothing came of it."""
        connections = self.kept.__dict__
        connection = connections.get(url) or HTTPConnection(urlsplit(url).netloc, timeout=PEER_SECONDS)
        connections[url] = connection
        try:
            connection.request(method, path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = json.loads(response.read())
            return body if response.status == 200 else None
        except (OSError, HTTPException, ValueError):
            connection.close()
            return None


class Coordinator:
    """What a node does for clients."""

    def __init__(self, node, replica, peers, read_quorum, write_quorum, trusts_clock):
        self.trusts_clock = trusts_clock
        self.node = node
        self.replica = replica
        self.peers = peers
        self.read_quorum = read_quorum
        self.write_quorum = write_quorum

    def newest(self, key):
        """The newest of what R replicas hold; None when so many did not answer."""
        needed = self.read_quorum - 1
        path = f"/read_request/{quote(key, safe='')}"
        found = self.peers.ask(needed, "GET", path) if needed > 0 else []
        if len(found) < needed:
            return None
        return max([self.replica.get(key), *found], key=lambda item: item["timestamp"])

    def spread(self, key, item):
        """Whether W replicas hold the item, or a newer one. This one does already."""
        needed = self.write_quorum - 1
        if needed == 0:
            return True
        return len(self.peers.ask(needed, "POST", "/write_request", {"key": key, **item})) >= needed

    def read(self, key):
        item = self.newest(key)
        if item is None:
            return 503, {"error": "no quorum", "code": 11}
        if item["timestamp"] == NOTHING["timestamp"]:
            return 404, {"error": "no such key"}
        self.replica.store(key, item)
        if not self.spread(key, item):
            return 503, {"error": "no quorum"}
        return 200, {"key": key, **item}

    def write(self, key, value):
        newest = self.newest(key)
        if newest is None:
            return 503, {"error": "no quorum", "code": 11}
        if self.trusts_clock:
            item = {"value": value, "timestamp": [time.time_ns(), self.node]}
            self.replica.store(key, item)
        else:
            item = self.replica.store_above(key, value, newest["timestamp"][0], self.node)
        if not self.spread(key, item):
            return 503, {"error": "no quorum"}
        return 200, {"status": "success", "key": key, **item}


def handler_of(coordinator):
    replica = coordinator.replica

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.split("?")[0]
            if path.startswith("/read_request/"):
                return self.answer(200, replica.get(unquote(path[len("/read_request/") :])))
            if path.startswith("/client_read/"):
                return self.answer(*coordinator.read(unquote(path[len("/client_read/") :])))
            return self.answer(404, {"error": "nothing here"})

        def do_POST(self):
            try:
                sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
                key, value = sent["key"], sent["value"]
            except (ValueError, KeyError, TypeError):
                return self.answer(400, {"error": "expected a key and a value"})
            if self.path == "/write_request":
                replica.store(key, {"value": value, "timestamp": sent["timestamp"]})
                return self.answer(200, {"status": "success"})
            if self.path == "/client_write":
                return self.answer(*coordinator.write(key, value))
            return self.answer(404, {"error": "nothing here"})

        def answer(self, status, body):
            # In one piece: two small ones would wait for each other (Nagle, delayed acknowledgements).
            text = json.dumps(body).encode()
            head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            self.wfile.write(head.encode() + text)

        def log_message(self, *_):
            pass

    return Handler


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--id", type=int, required=True)
    flags.add_argument("--port", type=int, required=True)
    flags.add_argument("--peers", type=json.loads, required=True)
    flags.add_argument("--data", required=True)
    flags.add_argument("--read-quorum", type=int, default=2)
    flags.add_argument("--write-quorum", type=int, default=2)
    flags.add_argument("--mistake", choices=["alone", "clock"])
    given = flags.parse_args()
    quorums = (1, 1) if given.mistake == "alone" else (given.read_quorum, given.write_quorum)
    coordinator = Coordinator(given.id, Replica(given.data), Peers(given.peers), *quorums, given.mistake == "clock")
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", given.port), handler_of(coordinator)).serve_forever()


main()
