"""The words for an import and its rows as a whole, the same on pages and on the command line."""
