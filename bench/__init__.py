"""Measures whole imports beside other ways of getting the same completions into the same tables."""
