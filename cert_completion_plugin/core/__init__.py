"""The pure core: what a row of the file means and what should happen to it.

No Django, Celery, tablib or pluggy here.
"""
