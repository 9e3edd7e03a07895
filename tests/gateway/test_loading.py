"""From the setting to host objects, and one gateway for the process."""

import sys
import types
from importlib.metadata import EntryPoint, EntryPoints

import pytest
from cert_completion_hooks import ENTRY_POINT_GROUP
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import gateway
from cert_completion_plugin.gateway import HostNotFound, load_hosts, loading


@pytest.fixture
def module(monkeypatch):
    """A module with hosts in it, importable as `some_lms.hosts`."""
    package, module = types.ModuleType("some_lms"), types.ModuleType("some_lms.hosts")
    nested = types.SimpleNamespace(host=MemoryHost("nested"))
    vars(module).update(host=MemoryHost("ready made"), Host=MemoryHost, nested=nested)
    monkeypatch.setitem(sys.modules, "some_lms", package)
    monkeypatch.setitem(sys.modules, "some_lms.hosts", module)
    return module


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these hosts are installed."""

    def install(*named):
        points = EntryPoints(EntryPoint(name, value, ENTRY_POINT_GROUP) for name, value in named)
        monkeypatch.setattr(loading, "entry_points", lambda **given: points.select(**given))

    install()
    return install


def test_by_entry_point(module, installed):
    installed(("lms", "some_lms.hosts:host"), ("records", "some_lms.hosts"))
    assert load_hosts(["records", "lms"]) == {"records": module, "lms": module.host}


def test_the_order_is_the_setting_s(module, installed):
    installed(("a", "some_lms.hosts:host"), ("b", "some_lms.hosts"))
    assert list(load_hosts(["b", "some_lms.hosts:nested.host", "a"])) == ["b", "some_lms.hosts:nested.host", "a"]


def test_by_import_string(module, installed):
    names = ["some_lms.hosts", "some_lms.hosts:host", "some_lms.hosts:nested.host"]
    assert load_hosts(names) == dict(zip(names, [module, module.host, module.nested.host], strict=True))


def test_by_the_name_of_a_module_that_is_in_no_package(module, installed, monkeypatch):
    monkeypatch.setitem(sys.modules, "our_lms_host", module)
    assert load_hosts(["our_lms_host"]) == {"our_lms_host": module}


def test_a_class_is_instantiated(module, installed):
    assert isinstance(load_hosts(["some_lms.hosts:Host"]).popitem()[1], MemoryHost)


def test_an_entry_point_wins_over_an_import_string(module, installed):
    installed(("some_lms.hosts", "some_lms.hosts:host"))
    assert load_hosts(["some_lms.hosts"]).popitem()[1] is module.host


def test_an_unknown_name_says_what_exists(installed):
    installed(("records", "a"), ("openedx", "b"))
    with pytest.raises(HostNotFound) as raised:
        load_hosts(["recrods"])
    text = str(raised.value)
    assert "There is no host 'recrods'. Installed hosts: openedx, records. Did you mean 'records'?" in text
    assert ENTRY_POINT_GROUP in text


def test_an_unknown_name_where_nothing_is_installed(installed):
    with pytest.raises(HostNotFound, match="No host is installed"):
        load_hosts(["records"])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_lms.hosts", "ModuleNotFoundError: No module named 'no_such_lms'"),
        ("some_lms.hosts:nothing", "AttributeError"),
        ("some_lms.hosts:Broken", "OSError: no licence"),
        (":", "ValueError"),
    ],
)
def test_what_cannot_be_loaded_says_why(module, installed, name, why):
    class Broken:
        def __init__(self):
            raise OSError("no licence")

    module.Broken = Broken
    with pytest.raises(HostNotFound) as raised:
        load_hosts([name])
    assert repr(name) in str(raised.value)
    assert why in str(raised.value)


def test_two_packages_that_offer_one_name(module, installed):
    installed(("lms", "some_lms.hosts:host"), ("lms", "some_lms.hosts:Host"))
    with pytest.raises(HostNotFound, match=r"some_lms.hosts:Host, some_lms.hosts:host"):
        load_hosts(["lms"])
    installed(("lms", "some_lms.hosts:host"), ("lms", "some_lms.hosts:host"))
    assert load_hosts(["lms"]) == {"lms": module.host}


def test_one_gateway_for_the_process_until_it_is_reset(module, settings):
    settings.CERT_COMPLETION = {"HOSTS": ["some_lms.hosts:Host"]}
    gateway.reset()
    try:
        first = gateway.gateway()
        assert gateway.gateway() is first
        gateway.reset()
        assert gateway.gateway() is not first
        assert [each.name for each in gateway.gateway().infos] == ["memory"]
    finally:
        gateway.reset()
