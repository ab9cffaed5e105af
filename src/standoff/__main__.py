"""``python -m standoff`` is the ``standoff`` program."""

import sys

from standoff.cli import main

sys.exit(main())
