"""`python -m core.sandbox`: serves one account on this machine.

Rule of the house: everything it does is in `running`, where tests reach it.
"""

import sys

from core.sandbox.running import main

sys.exit(main(sys.argv[1:]))
