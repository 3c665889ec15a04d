"""`python -m core.sandbox`: serves one account on this machine.

Rule of the house: everything it does is in `running`, where tests reach it.
"""

import sys

from core.sandbox.running import main

if __name__ == "__main__":  # pragma: no cover - the tests run it as a process of its own
    sys.exit(main(sys.argv[1:]))
