"""A host that does not keep the contract, told so that whoever keeps the host can mend it."""


class HostContractError(Exception):
    """A host gave an answer that the contract does not allow, or none.

    `hook` and `host` say where (`host` is "" if no host answers the hook), `key` is the first offending key (None if it
    is about the answer as a whole), `what` says what was wrong and `mend` what the host's developer should do.
    """

    def __init__(self, hook: str, host: str, what: str, mend: str, key: object = None) -> None:
        super().__init__(hook, host, what, mend, key)
        self.hook, self.host, self.what, self.mend, self.key = hook, host, what, mend, key

    def __str__(self) -> str:
        who = f"Host {self.host!r}, hook {self.hook!r}" if self.host else f"Hook {self.hook!r}"
        where = who if self.key is None else f"{who}, key {self.key!r}"
        return f"{where}: {self.what} {self.mend}"
