"""Where it goes: one folder per destination.

Rule of the house: the only room with an HTTP client; nothing here knows a plan, a gate or a stage.
"""
