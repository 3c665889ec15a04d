"""Steps from one set of tables to the next; alembic carries them out.

Rule of the house: a revision that was released is never edited; a change of a table is a new one.
"""
