"""Who decides: the review console.

Rule of the house: a screen shows what the ledger holds and asks it for a decision; it writes
nothing itself.
"""
