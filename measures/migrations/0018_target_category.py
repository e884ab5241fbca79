from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0017_history_by_statement"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="category",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="category"),
        ),
        migrations.RemoveConstraint(model_name="target", name="target_once_per_span"),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("tenant", "indicator", "partner", "grain", "period", "category"),
                name="target_once_per_span",
                nulls_distinct=False,
                violation_error_message="This month has a target already.",
            ),
        ),
    ]
