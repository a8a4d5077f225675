from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0008_power_at_this_moment"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(
                condition=models.Q(("decision", "question"), ("superseded_at__isnull", True)),
                fields=["case"],
                name="open_questions",
            ),
        ),
    ]
