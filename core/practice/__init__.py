"""The synthetic periodontal practice: the embedded default source, with its own answer sheet.

Rule of the house: everyone here is made up, and every planted fault is written down in the truth.
"""
