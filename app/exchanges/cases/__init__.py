"""Cases: exchanges that staff are told of, to be read by a coordinator.

A delivery that waits for its confirmation, hours that settled short, a dispute: where there is
something to ask the two people about. All other exchanges do not exist for staff.
"""
