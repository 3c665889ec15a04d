"""A run that intends and concludes until it is killed; says each step after it was committed."""

import sys
from pathlib import Path

from core.ports import WriteState
from tests.core.ledger.hands import ack, opened

BATCH = 5


def main(folder: Path) -> None:
    with opened(folder) as ledger, (folder / "said").open("ab", buffering=0) as said:
        ledger.mark_interrupted()
        doubtful = ledger.writes("plan-1").filter(state=WriteState.UNKNOWN.value)["write_id"]
        for position, name in enumerate(doubtful):
            if position % 2:
                ledger.replan([name])
            else:
                ledger.conclude([ack(name)])
        open_writes = ledger.writes("plan-1").filter(state=WriteState.PLANNED.value)["write_id"]
        said.write(b"begin\n")
        names = open_writes.to_list()
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            ledger.intend("plan-1", batch, {"person": 1})
            said.write(f"intended {' '.join(batch)}\n".encode())
            ledger.conclude([ack(name) for name in batch])
            said.write(f"concluded {' '.join(batch)}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
