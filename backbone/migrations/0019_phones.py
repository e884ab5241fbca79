from django.db import migrations, models

import backbone.models.people


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0018_logos"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="phone",
            field=models.CharField(
                blank=True,
                default="",
                max_length=40,
                validators=[backbone.models.people.known_phone],
                verbose_name="telephone",
            ),
        ),
    ]
