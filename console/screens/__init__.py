"""One screen a file; `app.py` names them.

Rule of the house: every screen begins with `access.require`.
"""
