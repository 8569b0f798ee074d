"""Confirmations: the one step that is hot, and so done for many exchanges at once."""
