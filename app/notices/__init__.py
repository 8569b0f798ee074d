"""Notices: what a member or the staff should look at, written with what caused it.

Always true: a notice names a kind and the id of its subject, never a text; it is a row in the
transaction of its cause, so there is no notice of something that did not happen.
"""
