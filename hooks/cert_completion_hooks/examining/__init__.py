"""What the plugin makes sure of before it believes a host: the form of its hooks, and every answer.

The plugin uses it on a site, the conformance kit in a host's own tests, so that both say the same in the same words.
"""
