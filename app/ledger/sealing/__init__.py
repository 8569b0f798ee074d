"""Seals: all heads of a bank at a moment, chained and signed with a key outside the database.

An account's chain shows any change before its head; a seal shows that the heads themselves, or
whole accounts, or the newest postings were not taken away. Whoever has kept a seal's hash can tell
whether the books that they are shown are still those books.
"""
