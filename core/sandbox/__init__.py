"""A stand-in for a Pipedrive account, good enough to migrate into and strict enough to trust.

Rule of the house: it leans on no other room, so that what it accepts is Pipedrive's word, not ours.
"""
