"""One thread of linear algebra: the matrices of games are small, and several threads would only wait for each other.

Results do not depend on how many there are otherwise, then.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import ThreadpoolController

_found: dict[int, ThreadpoolController] = {}  # the libraries there are when so many modules are loaded


def one_thread() -> AbstractContextManager[Any]:
    """In it, the libraries of linear algebra compute in one thread."""
    modules = len(sys.modules)
    libraries = _found.get(modules)
    if libraries is None:  # to look for them takes milliseconds, and some answers take less
        libraries = ThreadpoolController()
        _found.clear()
        _found[modules] = libraries
    limit: AbstractContextManager[Any] = libraries.limit(limits=1)
    return limit
