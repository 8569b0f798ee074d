"""Each protection is taken away once, in a copy of the program, and a named test fails.

Here: signing in, what is kept from thieves and logs, what is counted; the others are in
`test_mutations_safety`.
"""

import sys
from pathlib import Path

import pytest

from tests.mutating import Break, misplaced, see_it_noticed

API = "tests/api"
STOLEN = "tests/e2e/test_stolen_database.py"
SINKS = "tests/e2e/test_sinks.py::test_what_anybody_writes_leaves_by_no_side_door"
FORGERIES = f"{API}/test_identity_forgeries.py"
FINER = f"{API}/test_limits_finer.py"

SIGNING_IN = {
    "an unknown name costs no hash": Break(
        "identity/passwords.py",
        "tried = stored if stored and normal is not None else [self._nobodys]",
        "tried = stored",
        f"{API}/test_identity_alike.py::test_every_state_of_an_address_looks_and_costs_the_same",
    ),
    "a session that ended goes on": Break(
        "identity/queries.py",
        'Session.ended_at.is_(None),\n        Session.expires_at > bindparam("now"),',
        'Session.expires_at > bindparam("now"),',
        f"{API}/test_identity_sessions.py"
        "::test_signing_out_everywhere_counts_from_the_next_request_on",
    ),
    "a reused refresh token ends nothing": Break(
        "identity/operations.py",
        "if verdict is Rotation.REUSED:",
        "if False:",
        f"{API}/test_identity_refresh.py::test_a_later_reuse_ends_the_session_for_both_hands",
    ),
    "recovery waits for nobody": Break(
        "credentials/operations.py",
        "if work.now < row.ready_at:",
        "if False:",
        f"{API}/test_recovery.py"
        "::test_where_home_may_be_the_danger_it_takes_three_days_and_can_be_stopped",
    ),
    "a code is good twice": Break(
        "identity/factors/codes.py",
        "if one > last_step",
        "if one",
        f"{API}/test_second_factor.py"
        "::test_a_code_is_good_once_even_at_once_and_for_its_neighbouring_steps",
    ),
    "a token may say more than was issued": Break(
        "identity/tokens.py",
        "claims == _claims(access),",
        "True,",
        f"{FORGERIES}::test_every_bad_token_is_refused_with_the_same_bytes",
    ),
    "a token's header has a say": Break(
        "identity/tokens.py",
        'header == encode(_json({"alg": ALGORITHM, "kid": key.kid, "typ": TOKEN_TYPE})),',
        "True,",
        f"{FORGERIES}::test_every_bad_token_is_refused_with_the_same_bytes",
    ),
    "a token has no end": Break(
        "identity/tokens.py",
        "if early or now >= access.expires_at:",
        "if early:",
        f"{API}/test_identity.py::test_an_access_token_ends_after_its_seconds",
    ),
    "a token has a second spelling": Break(
        "identity/tokens.py",
        "raw_signature == _low(raw_signature),",
        "True,",
        "tests/unit/identity/test_bad_token_shapes.py::test_a_misshapen_token_is_refused",
    ),
    "a token opens a session of somebody else": Break(
        "identity/access.py",
        "if caller is None or caller.login_id != one.login_id:",
        "if caller is None:",
        f"{API}/test_identity_tokens.py"
        "::test_a_well_signed_token_for_what_does_not_belong_together_is_refused",
    ),
}
KEEPING = {
    "a sealed record opens for another member": Break(
        "sealed/box.py",
        ".encrypt(nonce, whole, about)",
        ".encrypt(nonce, whole, b'')",
        f"{API}/test_sealed.py::test_a_record_opens_for_its_own_member_and_untouched_only",
        (("sealed/box.py", ".decrypt(nonce, rest, about)", ".decrypt(nonce, rest, b'')"),),
    ),
    "the application is the role that reads sealed records": Break(
        "store/migrate.py",
        "ALTER ROLE {APPLICATION_ROLE} NOINHERIT;",
        "",
        f"{API}/test_sealed.py"
        "::test_the_applications_own_role_can_add_a_record_and_do_nothing_else_with_it",
    ),
    "the application may read sealed records": Break(
        "store/privileges.py",
        '"sealed": ("INSERT",),',
        '"sealed": ("SELECT", "INSERT"),',
        f"{API}/test_sealed.py"
        "::test_the_applications_own_role_can_add_a_record_and_do_nothing_else_with_it",
    ),
    "kept answers lie open": Break(
        "kit/idempotency.py",
        'body = work.envelopes.open(answer, "answer", *use.key.values())',
        "body = answer.decode()",
        f"{STOLEN}::test_a_stolen_database_gives_nothing_without_the_keys",
        (
            (
                "kit/idempotency.py",
                "return work.envelopes.seal(kept.owner_id, kept.body.decode(),",
                "return kept.body or bytes(",
            ),
        ),
    ),
    "the key of somebody forgotten stays": Break(
        "rights/operations.py",
        "await work.envelopes.destroy(member_id)",
        "pass",
        f"{STOLEN}::test_what_was_written_of_somebody_forgotten_opens_nowhere_again",
    ),
    "PostgreSQL logs rows": Break(
        "kit/cluster.py", "log_error_verbosity = terse", "log_error_verbosity = default", SINKS
    ),
    "the log has paths": Break(
        "kit/middleware.py",
        '        "request",\n        operation=operation,',
        "        f\"request {scope['path']}\",\n        operation=operation,",
        SINKS,
    ),
    "an error is logged with its message": Break(
        "kit/middleware.py",
        'log.error("request failed", error=type(error).__name__, where=where(error))',
        'log.error("request failed", error=repr(error), where=where(error))',
        SINKS,
    ),
}
COUNTING = {
    "nothing is counted": Break(
        "kit/limits.py",
        "if count.shared + count.pending > limit.count_max:",
        "if False:",
        f"{API}/test_limits.py::test_a_login_asks_so_often_in_a_minute_and_no_more",
    ),
    "tries of a name are not counted": Break(
        "kit/http.py",
        "if route.reach.rate is Rate.ENTRY and not broken:",
        "if False:",
        f"{API}/test_limits.py::test_a_guesser_uses_up_their_own_tries_and_locks_nobody_out",
    ),
    "false tokens are not counted": Break(
        "kit/gate.py",
        "_count(request, nowhere(request).at_gate, None)",
        "pass",
        f"{FINER}::test_false_tokens_are_counted_by_where_they_come_from",
    ),
    "limits tell which hidden path is there": Break(
        "kit/gate.py",
        "    if is_hidden:",
        "    if not name:",
        f"{FINER}::test_the_limits_do_not_tell_which_hidden_path_is_there",
    ),
    "a single operation has no ceiling": Break(
        "kit/gate.py",
        "return Counting((rate, name))",
        "return Counting((rate,))",
        f"{FINER}::test_a_single_operation_has_a_ceiling_of_its_own",
    ),
    "new contacts are not counted": Break(
        "exchanges/contacts/operations.py",
        "raise TooManyContacts",
        "return",
        f"{API}/test_safety.py::test_contacts_are_counted_by_people_and_every_attempt_is_kept",
    ),
}
BREAKS = SIGNING_IN | KEEPING | COUNTING


@pytest.mark.deep
@pytest.mark.parametrize("protection", BREAKS)
def test_a_missing_protection_is_noticed(protection: str, tmp_path: Path) -> None:
    sys.stdout.write(see_it_noticed(BREAKS[protection], tmp_path))


def test_every_line_that_is_broken_is_there_once_and_a_test_is_named() -> None:
    assert misplaced(BREAKS.values()) == []
    assert [one for one in BREAKS.values() if "::test_" not in one.noticed_by] == []
