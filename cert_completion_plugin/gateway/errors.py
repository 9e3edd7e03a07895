"""What can be wrong with the hosts of a site, told so that whoever keeps them can mend it."""


class HostNotFound(Exception):
    """A name in the setting `HOSTS` leads to no host. The text says what exists and what to write instead."""
