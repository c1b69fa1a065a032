"""Keeping the library: documents come in, are looked at, go live, are removed and brought back; who did what is recorded.

names.py file names, ledger.py what is held and what was done (keeping.db), shelves.py the folders,
jobs.py one thing at a time, preview.py what is looked at first, workbench.py the work, librarian.py who is asked.
"""
