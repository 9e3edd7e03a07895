"""The page of settings is that of the code, and leaves out nothing."""

import pytest

from tools import settings as tool

KEYS = [(name, key) for name, keys in tool.tables().items() for key in keys]


def test_the_page_is_that_of_the_code():
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), "Write it anew: python -m tools.settings"


@pytest.mark.parametrize(("name", "key"), KEYS, ids=lambda each: getattr(each, "name", each))
def test_each_key_is_described_below_it_in_conf(name, key):
    assert len(key.about) > 15, f"{name}[{key.name!r}] has no text below it in conf.py"
    assert f"| `{key.name}` | " in tool.PAGE.read_text(encoding="utf-8")


def test_a_key_that_nobody_describes_is_found():
    class Settings:
        HOSTS: str = "records"
        """the active hosts"""
        QUEUE: str = ""

    assert [(key.name, key.about) for key in tool._of_attributes(Settings)] == [
        ("HOSTS", "the active hosts"),
        ("QUEUE", ""),
    ]
