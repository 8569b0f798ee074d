"""The community fund: hours that members give to everybody, granted by rule.

Always true: a donation only goes to the fund (law 9), a grant only comes from it (law 3), the fund
never goes under zero (`ck_account_floor`), and who got a grant is between them and the staff.
"""
