"""Exchanges that nobody goes on with: their time is over, or their receiver says nothing.

Each ends by a job of its own. What is here is for the worker's clock, so that no exchange, and no
hold of hours, hangs on one job alone; and it tells the coordinator of silence (law 8).
"""
