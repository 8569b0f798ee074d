"""Numbers for those who run a bank, from which nobody can be told.

Always true: only months that are over are counted; a number stands on at least eleven people, or it
is not there; hours are rounded to five. Nothing is counted by what people are, only by what they
gave each other.
"""
