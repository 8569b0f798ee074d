"""Contacts: how many different people somebody may propose to in a day, where the bank limits it.

Every attempt is kept for a while, also a refused one: whoever tries many doors is what the case
worker should see.
"""
