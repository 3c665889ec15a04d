"""What was decided, intended and done, and the values at rest.

Rule of the house: the only room with the ledger's database; every change of state carries its
audit event in the same transaction.
"""
