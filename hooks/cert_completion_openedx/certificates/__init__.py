"""Course certificates of the platform for completions that imports record."""
