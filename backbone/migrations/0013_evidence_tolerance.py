import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backbone", "0012_work_agreements_webhooks_seals")]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="evidence_tolerance",
            field=models.PositiveSmallIntegerField(
                default=5,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                verbose_name="percent by which a cited figure may move before a decision is told",
            ),
        ),
    ]
