from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0005_calendar_and_live")]

    operations = [
        migrations.AlterField("announcement", "partners", models.JSONField(blank=True, default=list)),
        migrations.AlterField("post", "mentions", models.JSONField(blank=True, default=list)),
        migrations.AlterField("pulsequestion", "choices", models.JSONField(blank=True, default=list)),
    ]
