"""Timebank: members give and receive hours, and a double-entry ledger keeps every minute."""
