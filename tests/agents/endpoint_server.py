"""A real HTTP server on this machine that speaks the chat-completions protocol, and fails as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SCRIPT = "```lammps\nunits lj\n```"


def completion(content=SCRIPT, finish="stop", usage=True, **message):
    """What a server sends back, as JSON values; 10 tokens read, 5 written."""
    found = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "tiny",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
    }
    return found | ({"usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}} if usage else {})


def calling(*wanted, **message):
    """What a server sends back when its model calls tools; each is a name and arguments, as text or as values."""
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": found if isinstance(found, str) else json.dumps(found)},
        }
        for number, (name, found) in enumerate(wanted)
    ]
    return completion(None, "tool_calls", tool_calls=calls, **message)


def step_by_step(*steps):
    """Be a model that says these completions one after the other in each conversation, and then the last again."""

    def do(server, handler, request):
        said = sum(message["role"] == "assistant" for message in request["messages"])
        reply(steps[min(said, len(steps) - 1)])(server, handler, request)

    return do


def reply(body=None, status=200, kind="application/json", cut=0, **headers):
    """Send JSON, or text as it is; with `cut`, the connection is closed before the last bytes were sent."""

    def do(server, handler, request):
        text = body if isinstance(body, str) else json.dumps(completion() if body is None else body)
        data = text.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        # also closes it on this side, and a client must not send its next request into the gap
        handler.send_header("Connection", "close")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data[: len(data) - cut])

    return do


def failing(status, message="out of order", code=None, **headers):
    """Send an error as OpenAI does."""
    return reply({"error": {"message": message, "type": "x", "code": code}}, status, **headers)


def echo(server, handler, request):
    """Answer with the last message, more slowly the shorter it is."""
    text = request["messages"][-1]["content"]
    time.sleep(0.02 * (10 - min(10, len(text))))
    reply(completion(text))(server, handler, request)


def hang(server, handler, request):
    """Send nothing, until the server is closed."""
    server.closing.wait(60)
    handler.close_connection = True


def trickle(server, handler, request):
    """Send a byte from time to time, which no time-out between bytes notices."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not server.closing.wait(0.05):
        handler.wfile.write(b" ")


def hang_up(server, handler, request):
    """Close the connection without a word."""
    handler.close_connection = True


class EndpointServer:
    """Serves until it is closed; a context manager.

    Attributes:
        url: Its base URL.
        script: What to do with the next requests; when it is empty, `usual`.
        usual: What to do with all others.
        requests: What was asked, as JSON values.
        keys: The Authorization header of each request.
        busiest: The largest number of requests that were under way at the same time.
        closing: Set when the server is closed.
    """

    def __init__(self):
        self.script = []
        self.usual = reply()
        self.requests = []
        self.keys = []
        self.busiest = 0
        self.closing = threading.Event()
        self._under_way = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    server._serve(self, request)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    def _serve(self, handler, request):
        with self._lock:
            self.requests.append(request)
            self.keys.append(handler.headers["Authorization"])
            self._under_way += 1
            self.busiest = max(self.busiest, self._under_way)
            do = self.script.pop(0) if self.script else self.usual
        try:
            if handler.path == "/v1/chat/completions":
                do(self, handler, request)
            else:
                reply({"detail": "Not Found"}, 404)(self, handler, request)
        finally:
            with self._lock:
                self._under_way -= 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
