from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0015_consents"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="allows_negative",
            field=models.BooleanField(default=False, verbose_name="figures may be below zero"),
        ),
    ]
