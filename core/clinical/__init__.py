"""What periodontists agree on: teeth, sites, readings, indices, diagnoses, and the chart.

Rule of the house: pure functions only; a value that is not known stays null, nothing is guessed.
"""
