"""How one practice is written down: one module per naming convention.

Rule of the house: a convention only names and renders; what is true of the practice is the model's.
"""

from core.practice.conventions.a import A
from core.practice.conventions.b import B
from core.practice.conventions.c import C
from core.practice.conventions.d import D
from core.practice.conventions.e import E
from core.practice.conventions.f import F
from core.practice.conventions.g import G
from core.practice.conventions.h import H
from core.practice.conventions.i import I
from core.practice.conventions.j import J
from core.practice.conventions.k import K
from core.practice.conventions.panda import PANDA

CONVENTIONS = {
    convention.name: convention for convention in (PANDA, A, B, C, D, E, F, G, H, I, J, K)
}
"""Every convention by name."""
