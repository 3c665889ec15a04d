"""Discovery of one database, in a process of its own; prints what it took as JSON.

Rule of the house: what is measured is what `./perio discover` does, from the first question on.
"""

import json
import resource
import sys
import time
from pathlib import Path

from core.discovery import inventory_of, look
from core.sources import open_source

_KB = 1024


def main(argv: list[str]) -> None:
    """Take the inventory and say how long it took."""
    over, address = argv
    begun_s, cpu_s = time.perf_counter(), time.process_time()
    source = open_source(address, Path())
    looked = look(source)
    looking_s = time.perf_counter() - begun_s
    inventory = inventory_of(looked)
    seconds = time.perf_counter() - begun_s
    source.close()
    sys.stdout.write(
        json.dumps(
            {
                "over": over,
                "seconds": round(seconds, 1),
                "looking_s": round(looking_s, 1),
                "cpu_s": round(time.process_time() - cpu_s, 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KB,
                "tables": inventory.tables.height,
                "rows": int(inventory.tables["rows"].sum()),
                "sampled": int(inventory.tables["sampled"].sum()),
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
