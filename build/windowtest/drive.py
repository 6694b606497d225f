"""Drives the real window as a person would, by role and name: a posted request
appears, is forwarded, replayed and kept over a restart.

Run by build/scripts/window-test.sh inside a message bus of its own:
drive.py BINARY OUTPUT_FOLDER. It exits 0 when all held; on failure it prints
what the window showed. OUTPUT_FOLDER/window.png is what it looked like.
"""

import os
import sys
import tempfile

from desk import SCREEN_HEIGHT, SCREEN_WIDTH, Hands, Processes, Screen, screenshot, start_screen, wait_for
from target import Target, free_port, post

WHOLE_SCREEN = (0, 0, SCREEN_WIDTH, SCREEN_HEIGHT)

# Odd on purpose: case, order, repeats and spacing are what "exact" means.
PATH = "/orders/paid?id=7&note=a%20b"
HEADERS = [
    "x-signature: t=1760000000,v1=abc",
    "Content-Type: application/json",
    "X-Twice: one",
    "X-CASE-kept: Yes",
    "X-Twice: two",
    "User-Agent: window-test/1.0",
]
BODY = b'{"id": 7,  "total": 12345678901234567890, "name": "caf\\u00e9 \xc3\xa9"}\n'


class WindowTest:
    def __init__(self, binary, out):
        self.binary, self.out = os.path.abspath(binary), out
        self.processes = Processes()
        self.target = Target()
        self.port = free_port()
        self.log = open(os.path.join(out, "window.log"), "wb")
        self.window = None

    def run(self, data):
        self.data = data
        start_screen(self.processes, self.log)
        self.screen, self.hands = Screen(), Hands()
        step("opens, listening", self.opens)
        step("shows a posted request", self.catches)
        step("forwards it to a pasted URL, byte for byte", self.forwards)
        step("replays it and shows the new answer", self.replays)
        screenshot(os.path.join(self.out, "window.png"))
        step("a second launch brings this window up and ends", self.stays_alone)
        step("keeps history and its size over a restart", self.comes_back)

    # What is seen

    def find(self, role, name):
        self.window = wait_for("the window", lambda: self.screen.window("creel"))
        what = name if isinstance(name, str) else "by its name"
        return wait_for(f"{role} {what}", lambda: self.screen.find(self.window, role, name))

    def row(self, *words):
        """The list's row whose name holds all those words."""
        def fits(name):
            return all(word in name for word in words)
        return wait_for(f"a row with {words}", lambda: self.screen.find(self.window, "list item", fits))

    def place(self):
        """Where the window is and how large: x, y, width, height."""
        return tuple(self.window.queryComponent().getExtents(self.screen.atspi.DESKTOP_COORDS))

    # What is done

    def launch(self):
        return self.processes.start(
            self.binary, "--data", self.data, "--catch", f"127.0.0.1:{self.port}",
            stdout=self.log, stderr=self.log,
        )

    def opens(self):
        self.creel = self.launch()
        self.find("frame", "Creel")
        wait_for("the page to say where it listens",
                 lambda: f"127.0.0.1:{self.port}" in self.screen.text_of(self.window))

    def catches(self):
        answer = post(self.port, [f"POST {PATH} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *HEADERS], BODY)
        check("HTTP/1.1 200" in answer and "X-Creel-Seq: 1" in answer, f"the sender was answered {answer!r}")
        self.hands.click(*self.screen.middle(self.row("/orders/paid")))
        self.find("push button", "Replay")

    def forwards(self):
        self.target.status, self.target.body = "201 Created", b'{"ok":true,"left":3}'
        self.screen.press(self.find("push button", "Forward to…"))
        field = self.find("entry", "URL")
        self.screen.focus(field)
        self.hands.type(self.target.url + "/hooks")
        self.hands.press("Return")
        wait_for("the target to receive it", lambda: len(self.target.got) == 1)
        self.check_exact(*self.target.got[0])
        self.row("/orders/paid", "The target answered 201")

    def replays(self):
        self.target.status, self.target.body = "422 Unprocessable Entity", b'{"ok":false,"left":3}'
        replay = self.find("push button", "Replay")
        wait_for("the dialog to be gone", lambda: not self.screen.find(self.window, "entry", "URL"))
        self.screen.press(replay)
        wait_for("the target to receive it again", lambda: len(self.target.got) == 2)
        self.check_exact(*self.target.got[1])
        check(delivery_of(self.target.got[0][0]) != delivery_of(self.target.got[1][0]),
              "a replay is a delivery of its own")
        self.row("/orders/paid", "The target answered 422")

    def check_exact(self, head, body):
        lines = head.decode().split("\r\n")
        check(lines[0].startswith("POST /hooks") and lines[0].endswith(" HTTP/1.1"), f"request line {lines[0]!r}")
        check(f"Host: {self.target.url.removeprefix('http://')}" in lines, f"no Host of the target in {lines}")
        made_anew = ("host:", "content-length:", "connection:", "creel-delivery:")
        kept = [line for line in lines[1:] if not line.lower().startswith(made_anew)]
        check(kept == HEADERS, f"header lines changed:\n  sent     {HEADERS}\n  received {kept}")
        check(body == BODY, f"body changed:\n  sent     {BODY!r}\n  received {body!r}")
        check(delivery_of(head) is not None, f"no Creel-Delivery line in {lines}")

    def stays_alone(self):
        before = self.place()
        wait_for("the window to be the active one", lambda: self.screen.is_(self.window, "active"))
        self.hands.iconify()
        wait_for("the window to be put away", lambda: self.screen.is_(self.window, "iconified"))
        second = self.launch()
        wait_for("the second program to end", lambda: second.poll() is not None)
        self.processes.running.remove(second)
        check(second.returncode == 0, f"the second program ended with {second.returncode}")
        check(self.creel.poll() is None, "the first window is gone")
        wait_for("the first window to be in front", lambda: self.screen.is_(self.window, "active"))
        wait_for("the first window to be where it was", lambda: self.place() == before)

    def comes_back(self):
        x, y, width, _ = self.place()
        # A double click on the title bar maximises.
        self.hands.click(x + width // 2, y + 10, times=2)
        wait_for("the window to be maximised", lambda: self.place() == WHOLE_SCREEN)
        status = self.processes.stop(self.creel)
        check(status == 0, f"the window ended with {status}")
        wait_for("the window to be gone", lambda: self.screen.window("creel") is None)
        self.creel = self.launch()
        self.find("frame", "Creel")
        self.row("/orders/paid", "The target answered 422")
        wait_for("the window to be maximised again", lambda: self.place() == WHOLE_SCREEN)
        status = self.processes.stop(self.creel)
        check(status == 0, f"the window ended with {status}")


def delivery_of(head):
    for line in head.decode().split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "Creel-Delivery":
            return value
    return None


def check(held, otherwise):
    if not held:
        raise AssertionError(otherwise)


def step(what, do):
    print(f"window: {what} … ", end="", flush=True)
    do()
    print("ok", flush=True)


def main(binary, out):
    with tempfile.TemporaryDirectory(prefix="creel-window-") as data:
        test = WindowTest(binary, out)
        try:
            test.run(os.path.join(data, "data"))
        except AssertionError as error:
            print(f"FAILED\n{error}", flush=True)
            if test.window:
                print(test.screen.outline(test.window))
                screenshot(os.path.join(out, "window-failed.png"))
            print(f"The program's log is {test.log.name}")
            return 1
        finally:
            test.processes.stop_all()
            test.log.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
