"""Frames and documents in, what a screen shows out.

Rule of the house: pure; no Streamlit, no ledger, no clock.
"""
