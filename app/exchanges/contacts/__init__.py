"""Contacts: who may meet others one to one, and how many different people in a day.

Where the bank has a vetting ladder, one to one is for those with the full level. Where it limits
contacts, different people are counted, not proposals. Every attempt is kept for a while, also a
refused one: whoever tries many doors is what the case worker should see, and is told of.
"""
