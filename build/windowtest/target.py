"""The app that requests are sent on to: it keeps every byte that came and
answers what the test says next."""

import socket
import threading


class Target:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.got = []  # (head, body) as bytes
        self.status, self.body = "200 OK", b"ok"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    part = connection.recv(65536)
                    if not part:
                        return
                    data += part
                head, _, data = data.partition(b"\r\n\r\n")
                length = 0
                for line in head.split(b"\r\n")[1:]:
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                while len(data) < length:
                    part = connection.recv(65536)
                    if not part:
                        return
                    data += part
                body, data = data[:length], data[length:]
                answer = self.body
                self.got.append((head, body))
                connection.sendall(
                    f"HTTP/1.1 {self.status}\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(answer)}\r\n\r\n".encode() + answer
                )


def post(port, head_lines, body):
    """Sends exactly these bytes and returns the answer's head."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = [*head_lines, f"Content-Length: {len(body)}", "Connection: close"]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.partition(b"\r\n\r\n")[0].decode()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
