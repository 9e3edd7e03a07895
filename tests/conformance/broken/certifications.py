"""Hosts that find, or list, the wrong certifications."""

import unicodedata
from dataclasses import replace
from fnmatch import fnmatchcase

from cert_completion_hooks import hookimpl, normalised
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

FIND, LIST = "find_certifications", "list_certifications"


class Matching(MemoryHost):
    """The in-memory host, with another way to say whether a certification is the one that a reference names."""

    def fits(self, known, reference, ignore_case):
        form = str.casefold if ignore_case else str
        names = [(known.short_name, reference.short_name), (known.id_number, reference.id_number)]
        return any(asked and form(normalised(name)) == form(normalised(asked)) for name, asked in names)

    @hookimpl
    def find_certifications(self, actor, references, ignore_case):
        found = {}
        for reference in references:
            fitting = [each for each in self._certifications.values() if self.fits(each, reference, ignore_case)]
            if fitting:
                found[reference] = fitting
        return found


@fails("test_by_either_name", FIND, "It answered with [] in place of", "that short name or that ID number")
class WantsBothNames(Matching):
    def fits(self, known, reference, ignore_case):
        return (known.short_name, known.id_number) == reference


@fails("test_by_either_name", FIND, "certifications that have neither name", "An empty name matches nothing")
class MatchesEmptyNames(Matching):
    def fits(self, known, reference, ignore_case):
        return known.short_name == reference.short_name or known.id_number == reference.id_number


@fails("test_by_either_name", FIND, "certifications that have neither name", "Compare short name with short name")
class MixesNames(Matching):
    def fits(self, known, reference, ignore_case):
        return bool({known.short_name, known.id_number} & {*reference} - {""})


@fails("test_case_counts_unless_it_is_ignored", FIND, "have neither name", "`folded`, if case is ignored")
class NeverMindsCase(Matching):
    def fits(self, known, reference, ignore_case):
        return super().fits(known, reference, True)


@fails("test_case_counts_unless_it_is_ignored", FIND, "Asked without case, it does not find", "`folded`, if case")
class AlwaysMindsCase(Matching):
    def fits(self, known, reference, ignore_case):
        return super().fits(known, reference, False)


@fails("test_case_is_that_of_all_languages", FIND, "Asked without case, it does not find", "`folded`, if case")
class KnowsAsciiCaseOnly(Matching):
    def fits(self, known, reference, ignore_case):
        names = [(known.short_name, reference.short_name), (known.id_number, reference.id_number)]
        return any(asked and _ascii_lower(name) == _ascii_lower(asked) for name, asked in names)


def _ascii_lower(text: str) -> bytes:
    return text.encode().lower()


@fails("test_accents_count_also_without_case", FIND, "have neither name", "in Python, after the query")
class IgnoresAccentsOfCertifications(Matching):
    def fits(self, known, reference, ignore_case):
        def bare(text):
            return "".join(each for each in unicodedata.normalize("NFD", text.lower()) if each.isascii())

        return bool(reference.short_name) and bare(known.short_name) == bare(reference.short_name)


@fails("test_stored_names_are_compared_normalised", FIND, "does not find the certification", "normalised")
class ComparesCertificationsAsTheyAre(Matching):
    def fits(self, known, reference, ignore_case):
        names = [(known.short_name, reference.short_name), (known.id_number, reference.id_number)]
        return any(asked and name == asked for name, asked in names)


@fails("test_the_end_of_a_long_certification_name_counts", FIND, "have neither name", "in Python, after the query")
class CutsCertificationNames(Matching):
    def fits(self, known, reference, ignore_case):
        return bool(reference.short_name) and known.short_name[:100] == reference.short_name[:100]


@fails("test_without_case_all_that_fit_are_told", FIND, "two certifications fit; it answered with 1", "prefers the one")
class ChoosesACertification(MemoryHost):
    @hookimpl
    def find_certifications(self, actor, references, ignore_case):
        found = super().find_certifications(actor, references, ignore_case)
        return {reference: fitting[:1] for reference, fitting in found.items()}


@fails("test_odd_names_are_unknown", FIND, "have neither name", "in Python, after the query")
class AsksForCertificationsByPattern(Matching):
    def fits(self, known, reference, ignore_case):
        pattern = reference.short_name.replace("%", "*").replace("_", "?")
        return super().fits(known, reference, ignore_case) or fnmatchcase(known.short_name, pattern)


@fails("test_inactive_certifications_are_told_as_such", FIND, "It does not find", "Answer with every certification")
@fails("test_all_are_listed_page_by_page", FIND, "It does not find", "Answer with every certification")
class HidesInactiveOnes(Matching):
    def fits(self, known, reference, ignore_case):
        return known.active and super().fits(known, reference, ignore_case)


@fails("test_inactive_certifications_are_told_as_such", FIND, "is told with active=True", "and set `active`")
class TellsAllActive(MemoryHost):
    def _told(self, certification, actor):
        return replace(certification, active=True)


@fails("test_the_rule_is_told_as_it_is", FIND, "it is told as None", "None if records never expire")
class ForgetsRules(MemoryHost):
    def _told(self, certification, actor):
        return replace(certification, rule=None)


@fails("test_all_are_listed_page_by_page", LIST, "5 certifications, 1 were asked for", "Heed `limit`")
class IgnoresTheLimit(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        return super().list_certifications(actor, after, 1000)


@fails("test_all_are_listed_page_by_page", LIST, "is listed twice", "whose keys come after `after`")
class BeginsAgain(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        return super().list_certifications(actor, after, limit) or super().list_certifications(actor, "", limit)


@fails("test_all_are_listed_page_by_page", LIST, "it leaves out ['c2']", "also inactive ones")
class ListsActiveOnesOnly(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        keys = sorted(each.key for each in self._certifications.values() if each.key > after and each.active)
        return [self._certifications[key] for key in keys[:limit]]


@fails("test_after_the_last_there_is_none", LIST, "it answered [Certification(", "when no key comes after `after`")
class ListsFromTheKeyItself(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        keys = sorted(key for key in self._certifications if key >= after)
        return [self._certifications[key] for key in keys[:limit]]


@fails("test_listed_and_found_are_the_same", LIST, "and listed as Certification(", "by one function")
class ListsInBrief(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        return [replace(each, rule=None) for each in super().list_certifications(actor, after, limit)]
