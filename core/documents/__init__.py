"""Letters and chart histories as PDF, and the names and kinds of the files beside them.

Rule of the house: equal input makes equal bytes, and no file name carries a patient.
"""
