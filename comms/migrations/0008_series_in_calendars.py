from django.db import migrations, models

import backbone.models.tenants


class Migration(migrations.Migration):
    dependencies = [("comms", "0007_pictures_and_addresses")]

    operations = [
        migrations.AddField("series", "uid", models.CharField(blank=True, default="", max_length=80)),
        migrations.AddField(
            "series",
            "timezone",
            models.CharField(
                blank=True,
                default="",
                max_length=64,
                validators=[backbone.models.tenants.known_timezone],
                verbose_name="time zone",
            ),
        ),
        migrations.AddField("meeting", "recurs_at", models.DateTimeField(blank=True, null=True)),
    ]
