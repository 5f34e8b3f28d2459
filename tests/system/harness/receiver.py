"""Programs that hear of events by plain HTTP, well and out of order."""
import http.server
import threading


class Receiver:
    """`statuses` maps a path to what it is answered; `got` counts the calls of each."""

    def __init__(self, statuses):
        self.got = dict.fromkeys(statuses, 0)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                if self.path in outer.got:
                    outer.got[self.path] += 1
                self.send_response(statuses.get(self.path, 404))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
