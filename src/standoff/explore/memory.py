"""A short memory for what browsers ask about again and again, safe to use from several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

KEPT = 24  # values that a memory keeps


class Memory:
    """The last few values by key; the oldest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """The value, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Any, value: Any) -> None:
        """Keep a value, and forget the oldest."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
