"""What can go wrong with a child.

ChildError
  NotReady      it ran on, but did not answer in time
  EndedEarly    it ended before it answered
Both carry the tail of its log in their text.
"""


class ChildError(Exception):
    """A child process did not do what it was started for."""


class NotReady(ChildError):
    """The child did not answer in time."""


class EndedEarly(ChildError):
    """The child ended before it answered."""
