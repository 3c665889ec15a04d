"""The vocabulary's rows gathered into the destination's six objects.

Rule of the house: pure functions of frames; every accepted row ends on at least one record, and
`carriers` says on which.
"""
