"""Parting: what becomes of exchanges whose two sides can no longer see each other."""
