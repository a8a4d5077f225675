"""What the tests of reviews share."""

from tests.reviews.toys import toy

__all__ = ["toy"]
