"""Who and what the sandbox knows: the one table from which the demo data and the sample files are made."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from unicodedata import normalize

from cert_completion_hooks import Period, PeriodUnit, RecertificationRule, RuleKind


@dataclass(frozen=True)
class Person:
    username: str
    first_name: str
    last_name: str
    suspended: bool = False

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


@dataclass(frozen=True)
class Course:
    """A certification of the sandbox; `rule` None: it never expires."""

    short_name: str
    id_number: str
    full_name: str
    rule: RecertificationRule | None
    offered: bool = True


HARRY = Person("harrychinn", "Harry", "Chinn")
SUSPENDED = Person("b.okafor", "Blessing", "Okafor", suspended=True)

PEOPLE = (
    HARRY,
    SUSPENDED,
    Person("zoë.lindström", "Zoë", "Lindström"),
    Person("jürgen.groß", "Jürgen", "Groß"),
    Person("a.nowak", "Agnieszka", "Nowak"),
    Person("a.hussain", "Amir", "Hussain"),
    Person("a.dasilva", "Ana", "da Silva"),
    Person("a.petrov", "Andrei", "Petrov"),
    Person("a.kowalski", "Anna", "Kowalski"),
    Person("b.carter", "Ben", "Carter"),
    Person("b.ozturk", "Burak", "Öztürk"),
    Person("c.moreau", "Camille", "Moreau"),
    Person("c.obrien", "Ciara", "O'Brien"),
    Person("c.rossi", "Chiara", "Rossi"),
    Person("d.mensah", "Daniel", "Mensah"),
    Person("d.ivanova", "Daria", "Ivanova"),
    Person("d.patel", "Deepa", "Patel"),
    Person("e.johansson", "Elin", "Johansson"),
    Person("e.garcia", "Elena", "García"),
    Person("e.thompson", "Emily", "Thompson"),
    Person("f.hassan", "Fatima", "Hassan"),
    Person("f.meyer", "Felix", "Meyer"),
    Person("g.williams", "Grace", "Williams"),
    Person("g.papadakis", "Giorgos", "Papadakis"),
    Person("h.tanaka", "Haruka", "Tanaka"),
    Person("h.nguyen", "Hoa", "Nguyễn"),
    Person("i.novak", "Iva", "Novák"),
    Person("j.smith", "Jack", "Smith"),
    Person("j.kim", "Ji-woo", "Kim"),
    Person("j.vandijk", "Joost", "van Dijk"),
    Person("k.adeyemi", "Kemi", "Adeyemi"),
    Person("k.andersen", "Kirsten", "Andersen"),
    Person("l.fernandez", "Lucía", "Fernández"),
    Person("l.dubois", "Luc", "Dubois"),
    Person("m.ali", "Maryam", "Ali"),
    Person("m.brown", "Mark", "Brown"),
    Person("m.costa", "Mateus", "Costa"),
    Person("m.horvath", "Márta", "Horváth"),
    Person("n.cohen", "Noa", "Cohen"),
    Person("n.sharma", "Nikhil", "Sharma"),
    Person("o.bondar", "Oksana", "Bondar"),
    Person("o.davies", "Owen", "Davies"),
    Person("p.murphy", "Patrick", "Murphy"),
    Person("p.singh", "Priya", "Singh"),
    Person("r.evans", "Rhys", "Evans"),
    Person("s.wilson", "Sarah", "Wilson"),
    Person("s.chen", "Siyu", "Chen"),
    Person("t.virtanen", "Tuomas", "Virtanen"),
    Person("v.lopez", "Valeria", "López"),
    Person("y.haddad", "Youssef", "Haddad"),
)

# Two accounts with one name: an é is one character here, and an e with an accent there.
TWINS = (
    Person(normalize("NFC", "rené.faure"), "René", "Faure"),
    Person(normalize("NFD", "rené.faure"), "René", "Faure"),
)


def _rule(kind: RuleKind, *, active: Period, window: Period, minimum: Period | None = None) -> RecertificationRule:
    return RecertificationRule(kind=kind, active=active, window=window, minimum_active=minimum or _days(0))


_days = partial(Period, unit=PeriodUnit.DAY)
_months = partial(Period, unit=PeriodUnit.MONTH)
_years = partial(Period, unit=PeriodUnit.YEAR)
_by_completion = partial(_rule, RuleKind.COMPLETION_DATE)
_by_expiry = partial(_rule, RuleKind.EXPIRY_DATE)
_by_fixed_expiry = partial(_rule, RuleKind.FIXED_EXPIRY_DATE)

HEALTH_AND_SAFETY = Course(
    "health_and_safety",
    "hs1",
    "Health and Safety at Work",
    _by_expiry(active=_years(1), window=_months(1)),
)
FIRST_AID = Course("first_aid", "fa1", "First Aid at Work", _by_expiry(active=_years(3), window=_months(3)))
FIRE_WARDEN = Course("fire_warden", "fw1", "Fire Warden", _by_completion(active=_years(1), window=_months(2)))
DATA_PROTECTION = Course(
    "data_protection", "dp1", "Data Protection", _by_completion(active=_years(2), window=_days(45))
)
FORKLIFT = Course(
    "forklift_operator",
    "fl1",
    "Forklift Operator: Counterbalance Truck",
    _by_fixed_expiry(active=_years(3), window=_months(6), minimum=_years(1)),
)
# It shares the short name with the one above, as happens: a file has to give the ID number too.
REACH_TRUCK = Course(
    "forklift_operator",
    "fl2",
    "Forklift Operator: Reach Truck",
    _by_fixed_expiry(active=_years(3), window=_months(6), minimum=_months(6)),
)
SITE_INDUCTION = Course("site_induction", "si1", "Site Induction", rule=None)
DISPLAY_SCREENS = Course(
    "display_screens",
    "ds1",
    "Working with Display Screens",
    _by_completion(active=_years(2), window=_months(1)),
    offered=False,
)

COURSES = (
    HEALTH_AND_SAFETY,
    FIRST_AID,
    FIRE_WARDEN,
    DATA_PROTECTION,
    FORKLIFT,
    REACH_TRUCK,
    SITE_INDUCTION,
    DISPLAY_SCREENS,
)

# With each of these something is the matter. They stand apart so that the large sample meets none of them.
MANUAL_HANDLING = Course("manual_handling", "0047", "Manual Handling", rule=None)
RADIATION = Course(
    "radiation_protection", "rp1", "Radiation Protection", _by_completion(active=_years(3), window=_months(3))
)
LADDERS = Course("ladder_safety", "ls1", "Ladder Safety", _by_completion(active=_days(0), window=_days(0)))
HEIGHTS = Course("working_at_height", "wh1", "Working at Height", _by_completion(active=_years(2), window=_months(2)))
ASBESTOS = Course(
    "asbestos_awareness", "aa1", "Asbestos Awareness", _by_completion(active=_years(1), window=_months(1))
)
CONFINED_SPACES = Course(
    "confined_spaces", "cs1", "Confined Spaces", _by_completion(active=_years(2), window=_months(2))
)

SPECIAL_COURSES = (MANUAL_HANDLING, RADIATION, LADDERS, HEIGHTS, ASBESTOS, CONFINED_SPACES)


@dataclass(frozen=True)
class Holding:
    """A current record that is held since one and the same day, whenever the sandbox was made."""

    username: str
    course: Course
    completed: date


HELD_FIRST_AID = Holding("m.costa", FIRST_AID, date(2024, 3, 14))
HELD_INDUCTION = Holding("n.sharma", SITE_INDUCTION, date(2024, 5, 6))
HOLDINGS = (HELD_FIRST_AID, HELD_INDUCTION)
