"""References of cameras, poles and their versions, checked statement by statement; what is referred to stays."""

from django.db import migrations

from registry import keys

LINKS = {"platform_id": "platforms_platform", "pole_id": "cameras_pole"}
STEPS = [
    keys.refers("cameras_pole", keys.AGENCIES),
    keys.keeps("cameras_pole"),
    keys.keeps("cameras_poleversion"),
    keys.refers("cameras_camera", LINKS | keys.AGENCIES),
    keys.keeps("cameras_camera"),
    keys.keeps("cameras_cameraversion"),
]


class Migration(migrations.Migration):
    dependencies = [("cameras", "0002_initial"), ("platforms", "0002_keys")]
    operations = [migrations.RunSQL(forward, backward) for forward, backward in STEPS]
