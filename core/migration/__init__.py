"""The passage from source to destination, step by step, on ports only.

Rule of the house: the road has one direction; no step here knows a database, a network or a clock
of its own.
"""
