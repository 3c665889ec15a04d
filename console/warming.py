"""Having ready what a person sees first, before somebody asks.

Rule of the house: nobody waits for it; what goes wrong here is said by the screen that needs it.
"""

import importlib
import pkgutil
import threading
from contextlib import suppress

from console import parts
from core.errors import MigrationError


def begin() -> threading.Thread:
    """Work in a thread of its own, beside the first sign-in."""
    thread = threading.Thread(target=_warm, name="warming", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    # The first run of a screen would import all of this while somebody looks at an empty page.
    for module in pkgutil.iter_modules(parts.__path__):
        importlib.import_module(f"{parts.__name__}.{module.name}")
    review_rows = importlib.import_module(f"{parts.__name__}.review_rows")
    with suppress(MigrationError, OSError):
        review_rows.warm()
