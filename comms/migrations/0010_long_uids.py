from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0009_seen_evidence")]

    # A calendar of elsewhere may name its events at length.
    operations = [
        migrations.AlterField("series", "uid", models.CharField(blank=True, default="", max_length=255)),
        migrations.AlterField("meeting", "uid", models.CharField(max_length=255)),
    ]
