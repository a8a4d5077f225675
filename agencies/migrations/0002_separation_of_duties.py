"""三员分立 in the database, and the named system user.

A role's class is the person's class (composite foreign key), so roles of two classes never meet in one person, and a
person's class cannot change while a role is held.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE agencies_personrole ADD CONSTRAINT role_class_is_persons
    FOREIGN KEY (person_id, duty_class) REFERENCES agencies_person (id, duty_class);
INSERT INTO agencies_person (username, display_name, password, duty_class, is_active, created_at)
    VALUES ('system', '系统', '!', 'business', false, now());
"""
BACKWARD = """
DELETE FROM agencies_person WHERE username = 'system';
ALTER TABLE agencies_personrole DROP CONSTRAINT role_class_is_persons;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
