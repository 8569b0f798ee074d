"""Screening: text with contact data, or with several signals together, waits for a moderator.

A screening holds one listing, message or reason of a dispute back from everybody but its author,
who sees it as ever. Always true: no single word holds anything (`judging.judge` wants two kinds of
signal; contact data are no word), nobody is banned by a machine, and only a moderator lets through
or keeps back, with a reason. Whether a bank screens at all, and whether what somebody new posts is
always read, are settings of the bank.
"""
