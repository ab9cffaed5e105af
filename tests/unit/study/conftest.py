from __future__ import annotations

import pytest

from standoff.study import run as running
from unit.study import made_up


@pytest.fixture
def made_up_study(monkeypatch):
    """Studies get made-up answers, in chunks of 64 draws; the model to run."""
    monkeypatch.setattr(running, "CHUNK", made_up.CHUNK)
    monkeypatch.setattr(running, "chunk", made_up.chunk)
    return made_up.model()
