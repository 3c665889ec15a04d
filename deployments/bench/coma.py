"""Runs COMA of valentine on names alone; started in an environment of its own by `rivals.py`.

Rule of the house: nothing of ours is imported here, so that the environment holds valentine only.
"""

import json
import sys

import pandas as pd  # type: ignore[import-untyped] # of its own environment
from valentine import valentine_match  # type: ignore[import-not-found] # the same
from valentine.algorithms import Coma  # type: ignore[import-not-found] # the same


def main() -> int:
    """Read sources and targets from standard input; write each column's targets, best first."""
    asked = json.load(sys.stdin)
    targets = {entity: pd.DataFrame(columns=names) for entity, names in asked["targets"].items()}
    answer = {}
    for table, columns in asked["tables"].items():
        frame = pd.DataFrame(columns=columns)
        found: dict[str, list[tuple[float, str]]] = {column: [] for column in columns}
        for entity, wanted in targets.items():
            matcher = Coma(use_instances=False, use_schema=True, delta=1.0, threshold=0.0)
            matches = valentine_match([frame, wanted], matcher, df_names=[table, entity])
            for pair, score in matches.items():
                sides = {
                    pair.source_table: pair.source_column,
                    pair.target_table: pair.target_column,
                }
                if table != entity:
                    found[sides[table]].append((float(score), f"{entity}.{sides[entity]}"))
                else:
                    path = f"{entity}.{pair.target_column}"
                    found[pair.source_column].append((float(score), path))
        answer[table] = {
            column: sorted(ranked, key=lambda one: (-one[0], one[1]))[:10]
            for column, ranked in found.items()
        }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
