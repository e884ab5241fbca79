from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0003_initiative_attribution"),
        ("measures", "0009_external_ids"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="figure",
            name="figure_says_something",
        ),
        migrations.AddField(
            model_name="indicator",
            name="levels",
            field=models.JSONField(blank=True, default=list, verbose_name="levels"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="mean_allowed",
            field=models.BooleanField(default=False, verbose_name="levels may be averaged"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="overlap_on",
            field=models.DateField(blank=True, null=True, verbose_name="when the overlap was found"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="overlap_rate",
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True, verbose_name="overlap"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="overlap_source",
            field=models.CharField(blank=True, max_length=500, verbose_name="where the overlap is known from"),
        ),
        migrations.AlterField(
            model_name="rollup",
            name="numerator",
            field=models.DecimalField(blank=True, decimal_places=12, max_digits=48, null=True),
        ),
        migrations.AddConstraint(
            model_name="figure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("denominator", None), ("is_not_collected", True), ("numerator", None), ("value", None)),
                    models.Q(
                        ("is_not_collected", False),
                        models.Q(
                            ("value__isnull", False),
                            ("numerator__isnull", False),
                            ("denominator__isnull", False),
                            ("weight__isnull", False),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="figure_says_something",
            ),
        ),
    ]
