from django.db import migrations, models

from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0016_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="is_small",
            field=models.BooleanField(blank=True, null=True, verbose_name="is small"),
        ),
    ]
