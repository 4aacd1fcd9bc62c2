"""Collect workbooks: find them, read them in parallel, and read none of them twice."""
