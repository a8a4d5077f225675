import time
import pytest
from tests.inventory.registering import registered
from tests.factories_inventory import new_code
pytestmark = pytest.mark.django_db
def test_t():
    for i in range(6):
        t=time.perf_counter()
        registered("meishan", cameras=[{"code": new_code(), "name": f"x{i}{j}"} for j in range(4)], platforms=[{"name": f"P{i}"}])
        print(round(time.perf_counter()-t,3))
