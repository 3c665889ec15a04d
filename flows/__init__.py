"""When things happen: thin Prefect flows and the command line that runs the same flows.

Rule of the house: only names, ids and counts pass through Prefect.
"""
