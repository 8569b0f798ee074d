"""Screening: text in which several signals come together waits for a moderator.

A screening holds one listing or one message back from everybody but its author, who sees it as
ever. Always true: no single word holds anything (`rules.judge` wants two kinds of signal), nobody
is banned by a machine, and only a moderator lets through or keeps back, with a reason. Whether a
bank screens at all, and whether first listings are always read, are settings of the bank.
"""
