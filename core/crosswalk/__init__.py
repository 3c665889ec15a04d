"""Source columns into the vocabulary: the map, its readings, and what each row becomes.

Rule of the house: no source table is known by name here; the map says where each field is found.
"""
