"""``standoff explore``: the scenario in a browser, served on this machine until it is interrupted."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from argparse import Namespace
from pathlib import Path

from standoff.cli.output import say, tell
from standoff.errors import RequestError

LIBRARY = "library:"


def explore(arguments: Namespace) -> int:
    """Serve the page and open it; 0 when the person ends it."""
    from standoff.explore.entrance import Entrance

    path, page = _path(arguments.file), _page(arguments.page)
    entrance = Entrance(arguments.port)
    try:
        say(f"The explorer of {arguments.file} is at\n\n    {entrance.url}\n\nCtrl+C ends it.")
        sys.stdout.flush()
        if not arguments.no_open:
            _open(entrance.url_for_once())
        from standoff.explore.serve import explore as serve  # the browser is on its way while this is loaded

        asked = {"variant": arguments.variant, "max_nodes": arguments.max_nodes, "cache": not arguments.no_cache}
        serve(path, entrance, page=page, tell=tell, **asked)
    except KeyboardInterrupt:
        tell("the explorer has ended")
    finally:
        entrance.socket.close()
    return 0


def _open(url: str) -> threading.Thread | None:
    """Start a browser, without waiting for it: it may not come back before it has the page."""
    windows = sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    if not windows:  # what could be started here would be a browser in this very terminal
        tell("there is no screen to open a browser on: open the address yourself")
        return None

    def start() -> None:
        if not webbrowser.open(url):
            tell("no browser could be started here: open the address yourself")

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    return thread


def _path(name: str) -> Path:
    """The file, which must be there; its mistakes are for the page to show."""
    path = Path(name)
    if name.startswith(LIBRARY):
        from standoff.library.catalogue import path as library_path

        path = Path(library_path(name.removeprefix(LIBRARY)))
    if not path.is_file():
        what = f"{name} is no file" if path.exists() else f"there is no file {name}"
        raise RequestError.of(what, "give the path of a scenario, an .efg file, or library:NAME")
    return path


def _page(name: str | None) -> Path | None:
    """The saved page, which must be there."""
    if name is not None and not Path(name).is_file():
        raise RequestError.of(f"there is no file {name}", "give the saved page that the ledger was read from")
    return None if name is None else Path(name)
