"""The bank's lists of places: areas, which listings name, and public meeting points.

Always true: a place is never deleted, for listings and exchanges name it; taken back, it is no
longer offered, and whatever named it goes on doing so. A bank offers at least one area.
"""
