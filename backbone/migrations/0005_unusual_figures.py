import django.core.validators
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0004_maintain_band"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="outlier_modified_z",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("3.5"),
                max_digits=4,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                verbose_name="and beyond so many of the median’s deviations",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="outlier_z",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("3"),
                max_digits=4,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                verbose_name="a figure is unusual beyond so many standard deviations",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="wants_words",
            field=models.BooleanField(
                default=False, verbose_name="unusual figures need a word before they are submitted"
            ),
        ),
    ]
