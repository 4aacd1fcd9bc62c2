"""Merge the workbooks of departments into one, every row and cent accounted for."""
