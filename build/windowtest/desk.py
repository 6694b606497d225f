"""A desktop of one's own, and what a person does at it: find things by role
and name, press them, type. Nothing here sleeps for a guessed time; every wait
polls a condition until a deadline that only a broken window reaches."""

import ctypes
import os
import signal
import subprocess
import time

SCREEN_WIDTH, SCREEN_HEIGHT = 1440, 900
DEADLINE = 60  # seconds; a slow machine with a cold disk needs some of them


class Gone(Exception):
    """An accessible object went away while it was read."""


def wait_for(what, condition, deadline=DEADLINE):
    """Polls condition until it returns something true, and returns that."""
    until = time.monotonic() + deadline
    last = None
    while time.monotonic() < until:
        try:
            found = condition()
            if found:
                return found
            last = None
        except (Gone, OSError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"waited {deadline} s for {what}" + (f": {last}" if last else ""))


class Processes:
    """Programs that were started, ended again in reverse order by their id."""

    def __init__(self):
        self.running = []

    def start(self, *command, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
        self.running.append(process)
        return process

    def stop(self, process, deadline=20):
        """Asks the program to end and returns its exit status."""
        self.running.remove(process)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(deadline)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{process.args[0]} did not end within {deadline} s of SIGTERM") from None

    def stop_all(self):
        for process in reversed(self.running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def start_screen(processes, log):
    """Starts an X server that picks its own number, and a window manager."""
    read_end, write_end = os.pipe()
    processes.start(
        "Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{SCREEN_WIDTH}x{SCREEN_HEIGHT}x24", "-nolisten", "tcp",
        pass_fds=[write_end], stdout=log, stderr=log,
    )
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    if not number:
        raise AssertionError("Xvfb did not start")
    os.environ.update(DISPLAY=f":{number}", GDK_BACKEND="x11")
    os.environ.pop("WAYLAND_DISPLAY", None)
    processes.start("openbox", stdout=log, stderr=log)


class Hands:
    """The keyboard and the mouse of the screen. Keys go to whatever has the
    focus. AT-SPI's own typing fails under Xvfb, and its clicks are too quick
    for window managers, so this speaks XTEST."""

    NAMED = {"Return": 0xFF0D, "Tab": 0xFF09, "Escape": 0xFF1B}
    SHIFT, CONTROL = 0xFFE1, 0xFFE3

    def __init__(self):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.xtest = ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self.x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        self.x11.XkbKeycodeToKeysym.argtypes = [ctypes.c_void_p, ctypes.c_ubyte, ctypes.c_uint, ctypes.c_uint]
        self.x11.XkbKeycodeToKeysym.restype = ctypes.c_ulong
        self.x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.xtest.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self.xtest.XTestFakeMotionEvent.argtypes = [
            ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_ulong]
        self.xtest.XTestFakeButtonEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self.x11.XGetInputFocus.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
        self.x11.XQueryTree.argtypes = [ctypes.c_void_p, ctypes.c_ulong, *[ctypes.c_void_p] * 4]
        self.x11.XIconifyWindow.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int]
        self.display = self.x11.XOpenDisplay(None)
        if not self.display:
            raise AssertionError("cannot open the display for typing and clicking")

    def type(self, text):
        """Types characters of the US keyboard."""
        for character in text:
            self._stroke(ord(character))

    def press(self, name, control=False):
        """Presses one key: a character, or a name such as "Return"."""
        self._stroke(self.NAMED.get(name) or ord(name), [self.CONTROL] if control else [])

    def click(self, x, y, times=1):
        """Clicks the left button at that place, slowly enough for a person."""
        self.xtest.XTestFakeMotionEvent(self.display, -1, x, y, 0)
        for _ in range(times):
            # The delays, in ms, are the server's: they come before the event.
            self.xtest.XTestFakeButtonEvent(self.display, 1, 1, 80)
            self.xtest.XTestFakeButtonEvent(self.display, 1, 0, 40)
        self.x11.XSync(self.display, 0)

    def iconify(self):
        """Puts the window that has the focus away, as its button would."""
        focus, revert = ctypes.c_ulong(), ctypes.c_int()
        self.x11.XGetInputFocus(self.display, ctypes.byref(focus), ctypes.byref(revert))
        # GTK gives the focus to a window of its own inside the one shown.
        root, shown, children, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p(), ctypes.c_uint()
        self.x11.XQueryTree(self.display, focus.value, ctypes.byref(root), ctypes.byref(shown),
                            ctypes.byref(children), ctypes.byref(count))
        self.x11.XIconifyWindow(self.display, shown.value, 0)
        self.x11.XSync(self.display, 0)

    def _stroke(self, symbol, held=()):
        code = self.x11.XKeysymToKeycode(self.display, symbol)
        if not code:
            raise AssertionError(f"no key for {symbol:#x}")
        held = list(held)
        if self.x11.XkbKeycodeToKeysym(self.display, code, 0, 0) != symbol:
            held.append(self.SHIFT)
        codes = [self.x11.XKeysymToKeycode(self.display, each) for each in held] + [code]
        for each in codes:
            self.xtest.XTestFakeKeyEvent(self.display, each, 1, 0)
        for each in reversed(codes):
            self.xtest.XTestFakeKeyEvent(self.display, each, 0, 0)
        self.x11.XSync(self.display, 0)


class Screen:
    """What is on the screen, as assistive technology sees it."""

    def __init__(self):
        import pyatspi  # after DISPLAY is set: it connects when imported

        self.atspi = pyatspi

    def window(self, program):
        for app in self.atspi.Registry.getDesktop(0):
            if app and app.name == program:
                for frame in app:
                    if frame and frame.getRoleName() == "frame":
                        return frame
        return None

    def walk(self, root):
        """Yields everything below root that is shown, root first."""
        try:
            yield root
            children = [root.getChildAtIndex(i) for i in range(root.childCount)]
        except Exception as error:  # the toolkit's own error types differ by version
            raise Gone(str(error)) from error
        for child in children:
            if child is not None:
                yield from self.walk(child)

    def find(self, root, role, name):
        """The first object of that role whose name satisfies name, a text that
        it must equal or a function. Roles are AT-SPI's, such as "push button"."""
        wanted = name if callable(name) else (lambda text: text == name)
        roles = (role,) if isinstance(role, str) else role
        for node in self.walk(root):
            try:
                if node.getRoleName() in roles and wanted(node.name or ""):
                    return node
            except Exception as error:
                raise Gone(str(error)) from error
        return None

    def is_(self, node, state):
        """Whether node is in that state, such as "active" or "iconified"."""
        return state in [self.atspi.stateToString(each) for each in node.getState().getStates()]

    def text_of(self, node):
        """All text at and below node, names included."""
        parts = []
        for each in self.walk(node):
            try:
                parts.append(each.name or "")
                parts.append(each.queryText().getText(0, -1))
            except NotImplementedError:
                continue
            except Exception as error:
                raise Gone(str(error)) from error
        return "\n".join(part for part in parts if part)

    def press(self, node):
        """Does what clicking does."""
        action = node.queryAction()
        for i in range(action.nActions):
            if action.getName(i) in ("press", "click", "activate", "jump"):
                action.doAction(i)
                return
        raise AssertionError(f"{node.getRoleName()} {node.name!r} cannot be pressed")

    def middle(self, node):
        """The place of the middle of node."""
        box = node.queryComponent().getExtents(self.atspi.DESKTOP_COORDS)
        return box.x + box.width // 2, box.y + box.height // 2

    def focus(self, node):
        node.queryComponent().grabFocus()
        wait_for(f"{node.name!r} to have the focus",
                 lambda: self.is_(node, "focused"))

    def outline(self, root):
        """The tree as text, for a failure's report."""
        lines = []

        def visit(node, depth):
            try:
                lines.append(f"{'  ' * depth}{node.getRoleName()} {node.name!r}")
                for i in range(node.childCount):
                    child = node.getChildAtIndex(i)
                    if child is not None:
                        visit(child, depth + 1)
            except Exception as error:
                lines.append(f"{'  ' * depth}({error})")

        visit(root, 0)
        return "\n".join(lines)


def screenshot(path):
    subprocess.run(["import", "-window", "root", path], check=True, stdin=subprocess.DEVNULL)
