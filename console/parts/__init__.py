"""One widget a file.

Rule of the house: a part is given what it shows; it reads nothing itself.
"""
