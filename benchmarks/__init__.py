"""Measurements: each module that runs prints a table, with yardsticks taken in the same run."""
