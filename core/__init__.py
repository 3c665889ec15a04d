"""What is true of a migration without Prefect or Streamlit.

Rule of the house: the vocabulary leans on nothing, the reasoning on the vocabulary, the edges
on ports.
"""
