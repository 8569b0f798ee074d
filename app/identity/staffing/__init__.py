"""Staffing: who of a bank is staff, in which roles, and no longer.

Always true: a change ends every session of the login at once; a login of staff that was removed
answers like an address that nobody has, and its address may get another one.
"""
