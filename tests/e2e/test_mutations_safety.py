"""Each protection is taken away once, in a copy of the program, and a named test fails.

Here: who may see, who is admitted, what leaves a trace; the others are in `test_mutations_keys`.
"""

import sys
from pathlib import Path

import pytest

from tests.mutating import Break, misplaced, see_it_noticed

API = "tests/api"
STAFF_PATHS = (
    f"{API}/test_conventions_staff.py::test_a_path_of_staff_is_answered_like_an_unknown_one"
)
MATRIX = (
    "tests/architecture/test_authorisation.py"
    "::test_every_operation_answers_everybody_as_the_table_says"
)

SEEING = {
    "a block hides nobody": Break(
        "members/blocks/queries.py",
        "_no_block(bank_id, member_id, viewer_id),",
        "",
        f"{API}/test_blocks.py::test_neither_of_the_two_sees_the_other_from_then_on_until_it_is_taken_back",
    ),
    "who has left is shown": Break(
        "members/queries.py",
        "or_(Member.status == MemberStatus.ACTIVE, Member.member_id == viewer_id),",
        "",
        f"{API}/test_listings.py::test_what_is_over_looks_to_others_like_what_never_was",
    ),
    "a contact that is feared joins and sees": Break(
        "members/operations.py",
        "await blocks.meet_newcomer(work, bank.bank_id, member.member_id, [*contacts])",
        "pass",
        f"{API}/test_contact_blocks.py"
        "::test_whoever_was_blocked_before_joining_joins_as_anybody_and_never_sees_her",
    ),
    "held text is shown": Break(
        "screening/queries.py",
        "return or_(author_id == viewer.member_id, ~is_held(bank_id, subject_id))",
        "return or_(author_id == author_id, ~is_held(bank_id, subject_id))",
        f"{API}/test_safety.py::test_a_suspicious_listing_waits_and_its_author_cannot_tell",
    ),
    "an answer is replayed to whoever may no longer see": Break(
        "kit/http.py",
        "if recheck is not None:",
        "if False:",
        f"{API}/test_blocks.py::test_a_kept_answer_is_not_replayed_to_one_who_may_no_longer_see_it",
    ),
    "a cursor is good for everybody": Break(
        "kit/paging.py",
        'sealed = self.vault.seal(text, "cursor", self.viewer, self.name)',
        'sealed = self.vault.seal(text, "cursor", self.name)',
        f"{API}/test_listing_search.py::test_a_cursor_is_good_for_one_viewer_and_one_list",
        (
            (
                "kit/paging.py",
                'self.vault.open(sealed, "cursor", self.viewer, self.name)',
                'self.vault.open(sealed, "cursor", self.name)',
            ),
        ),
    ),
}
ADMITTING = {
    "a guard asks for no role": Break(
        "identity/access.py",
        "return not self.roles or caller.may(*self.roles)",
        "return True",
        STAFF_PATHS,
    ),
    "what is hidden is refused as forbidden": Break(
        "identity/access.py",
        "return NotFound() if self.is_hidden else NotAMember()",
        "return NotAMember()",
        STAFF_PATHS,
    ),
    "an address is opened by whoever asked and is staff no more": Break(
        "records/emergency_api.py",
        "import FreshRecordReader,",
        "import FreshSignedIn as FreshRecordReader,",
        f"{API}/test_records.py::test_whoever_asked_and_is_staff_no_more_opens_nothing",
    ),
    "anybody posts a group session": Break(
        "groups/api.py",
        "from app.identity.access import Coordinator",
        "from app.identity.access import SignedIn as Coordinator",
        MATRIX,
    ),
    "nobody has to prove again who they are": Break(
        "identity/access.py",
        "if self.fresh is not None and self.fresh(request) and not is_fresh(caller, work.now):",
        "if False:",
        f"{API}/test_step_up.py::test_a_statement_to_take_away_needs_a_fresh_proof_and_one_to_read_does_not",
    ),
    "staff in production need no second factor": Break(
        "identity/rules.py",
        "if is_demo or caller.means is not Means.PASSWORD or not caller.may(*STAFF):",
        "if caller is not None:",
        f"{API}/test_second_factor.py"
        "::test_staff_in_production_reach_only_their_enrolment_until_they_have_done_it",
    ),
    "staff's operations are served where members ask": Break(
        "identity/access.py",
        "return frozenset(one for one in doors if not roles or roles & _ROLES_AT[one])",
        "return frozenset(doors)",
        f"{API}/test_surfaces.py::test_a_path_of_the_other_door_answers_as_one_that_leads_nowhere",
    ),
    "a role counts at every door": Break(
        "identity/rules.py",
        "if not caller.roles <= here:",
        "if not here:",
        f"{API}/test_surfaces.py::test_whoever_is_both_is_one_of_them_at_each_door",
    ),
    "staff decide on their own case": Break(
        "openings/operations.py",
        "raise Concerned",
        "return",
        f"{API}/test_concerned.py::test_who_has_something_with_a_member_does_nothing_about_them",
    ),
    "coordinators read any exchange": Break(
        "exchanges/cases/queries.py",
        "Exchange.bank_id == bank_id, Exchange.exchange_id == exchange_id, _CASES",
        "Exchange.bank_id == bank_id, Exchange.exchange_id == exchange_id",
        f"{API}/test_exchange_cases.py::test_a_coordinator_reads_none_that_staff_are_not_told_of",
    ),
    "a case worker hears whose the address is that they block": Break(
        "notices/queries.py",
        "and_(of_role, ~is_kept)",
        "of_role",
        f"{API}/test_staff_adversaries.py"
        "::test_a_case_worker_who_blocks_an_address_does_not_hear_whose_it_is",
    ),
    "an approval tells whoever is concerned that an address is taken": Break(
        "members/granting.py",
        "if not await openings.concerned_by(work, caller, ids):",
        "if ids is not None:",
        f"{API}/test_staff_adversaries.py"
        "::test_a_coordinator_does_not_find_out_by_an_approval_whose_an_address_is",
    ),
    "another bank hears who has left": Break(
        "partners/arriving/operations.py",
        "if giver.status == MemberStatus.LEFT:",
        "if False:",
        f"{API}/test_partners.py::test_the_other_bank_tells_nobody_who_is_a_member_there",
    ),
}
TRACING = {
    "a record opens without a trace": Break(
        "records/opening.py",
        "await openings.open_case(work, caller, [member_id], OpeningKind.RECORD, why)",
        "pass",
        f"{API}/test_records.py::test_a_record_opens_for_a_reason_only_and_every_look_is_told",
    ),
    "a look-up leaves no trace": Break(
        "records/operations.py",
        "await openings.record(work, caller, ids - concerned, OpeningKind.LOOKUP, told)",
        "pass",
        f"{API}/test_records.py::test_a_member_is_found_by_exact_address_or_alias_and_can_read_why",
    ),
    "an exchange is read without a trace": Break(
        "exchanges/cases/opening.py",
        "await openings.open_case(work, caller, parties, OpeningKind.EXCHANGE, None)",
        "pass",
        f"{API}/test_exchange_cases.py"
        "::test_a_notice_leads_a_coordinator_to_the_exchange_and_both_see_that_it_was_read",
    ),
    "a sealed record opens without a trace": Break(
        "sealed/operations.py",
        "await _trace(work, caller, member_id, Deed.READ, reason)",
        "pass",
        f"{API}/test_sealed.py"
        "::test_a_case_worker_reads_and_writes_it_and_each_opening_leaves_a_trace",
    ),
    "nobody is told of who opens the records of many": Break(
        "watch/staff.py",
        "for whose, count in people.items() if count > most]",
        "for whose, count in people.items() if count < most]",
        f"{API}/test_alerts.py::test_who_opens_the_records_of_many_in_a_day_is_told_of_to_others",
    ),
    "a refusal takes its trace back": Break(
        "kit/http.py",
        "if refusal.leaves_trace:",
        "if False:",
        f"{API}/test_identity_refresh.py::test_a_later_reuse_ends_the_session_for_both_hands",
    ),
}
BREAKS = SEEING | ADMITTING | TRACING


@pytest.mark.deep
@pytest.mark.parametrize("protection", BREAKS)
def test_a_missing_protection_is_noticed(protection: str, tmp_path: Path) -> None:
    sys.stdout.write(see_it_noticed(BREAKS[protection], tmp_path))


def test_every_line_that_is_broken_is_there_once_and_a_test_is_named() -> None:
    assert misplaced(BREAKS.values()) == []
    assert [one for one in BREAKS.values() if "::test_" not in one.noticed_by] == []
