"""A stranger's LMS, as unlike the sandbox as possible: what the plugin assumes about a site shows here.

A harbour keeps licences of its staff in a database of its own. Staff log in with their e-mail addresses; files call
them by their employee numbers. See decision 0029.
"""
