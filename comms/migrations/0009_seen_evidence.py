from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0008_series_in_calendars")]

    operations = [migrations.AddField("citation", "seen", models.JSONField(blank=True, null=True))]
