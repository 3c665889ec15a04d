"""Takes one step of a migration in a process of its own, so that a test can kill it.

Rule of the house: nothing here knows that it will be killed.
"""

import sys
from pathlib import Path

from core.migration import delta, loading, reversing, sampling
from core.workbench import open_workbench

STEPS = {
    "sample": sampling.sample,
    "load": loading.load,
    "delta": delta.delta,
    "rollback": reversing.rollback,
}

if __name__ == "__main__":
    with open_workbench(Path(sys.argv[2])) as bench:
        STEPS[sys.argv[1]](bench.passage())
