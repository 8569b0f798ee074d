"""The same for who is asking: each protection is taken away once, and a test must fail."""

import sys
from pathlib import Path

import pytest

from tests.mutating import Break, misplaced, see_it_noticed

FACTORS = "tests/api/test_second_factor.py"
PASSKEYS = "tests/api/test_passkeys.py"
EMAILS = "tests/api/test_email_change.py"

BREAKS = {
    "staff stay staff when their second factor goes": Break(
        "identity/factors/operations.py",
        "    await demote(work, bank_id, login_id, Means.TOTP)",
        "    return",
        f"{FACTORS}::test_whoever_takes_their_second_factor_away_is_staff_no_more",
    ),
    "staff without a second factor may leave": Break(
        "rights/operations.py",
        "if not STAFF.isdisjoint(login.roles):",
        "if not STAFF.isdisjoint(caller.roles):",
        f"{FACTORS}::test_staff_who_have_not_enrolled_cannot_leave_either",
    ),
    "a removed passkey leaves its sessions": Break(
        "identity/passkeys/operations.py",
        "    await demote(work, caller.bank_id, caller.login_id, Means.PASSKEY)",
        "    return",
        "tests/api/test_passkeys_around.py",
    ),
    "tries of one's own password are not counted": Break(
        "kit/gate.py",
        "limiter.guess_own(claims.bank_id, claims.login_id, ground.clock())",
        "assert claims",
        "tests/api/test_limits.py",
    ),
    "a challenge holds for ever": Break(
        "identity/passkeys/operations.py",
        "PasskeyChallenge.made_at > work.now - CHALLENGE_HOLDS,",
        "",
        PASSKEYS,
    ),
    "what a device counts may go back": Break(
        "identity/passkeys/ceremony.py",
        "credential_current_sign_count=count,",
        "credential_current_sign_count=0,",
        PASSKEYS,
    ),
    "an e-mail changes before its time": Break(
        "credentials/emails/operations.py",
        "if change is None or work.now < change.ready_at:",
        "if change is None:",
        EMAILS,
    ),
    "who has a new e-mail does not meet its blockers": Break(
        "worker.py",
        'await blocks.meet_newcomer(work, ids["bank_id"], moved.member_id, [moved.fingerprint])',
        "assert moved",
        EMAILS,
    ),
    "terms need not be accepted": Break(
        "members/terms/access.py",
        "if not await queries.has_accepted(work.session, caller):",
        "if caller is None:",
        "tests/api/test_terms.py",
    ),
    "nobody hears of a reused token": Break(
        "identity/operations.py",
        "    await jobs.tell_ended(work, session)",
        "    assert session",
        "tests/api/test_identity_refresh.py",
    ),
    "copied tokens work again in an older database": Break(
        "cli/ending.py",
        "IdentityTools.of(ground.settings, ground.vault).refresh.renew()",
        "assert banks",
        "tests/api/test_sessions_end.py",
    ),
    "what others know makes a password": Break(
        "identity/passwords.py",
        "if flaw is None and (rest := _without(known, folded)) != folded:",
        "if flaw is None and (rest := folded) != folded:",
        "tests/unit/identity/test_password_choice.py",
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("rule", BREAKS)
def test_a_protection_that_is_gone_is_noticed(rule: str, tmp_path: Path) -> None:
    sys.stdout.write(see_it_noticed(BREAKS[rule], tmp_path))


def test_every_line_that_is_broken_is_there_once() -> None:
    assert misplaced(BREAKS.values()) == []
