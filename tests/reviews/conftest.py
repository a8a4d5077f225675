"""What the tests of reviews share."""

from tests.reviews.loans import deputy
from tests.reviews.toys import toy

__all__ = ["deputy", "toy"]
