from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0001_initial"),
        ("measures", "0002_reopening"),
    ]

    operations = [
        migrations.AddField(
            model_name="rollup",
            name="state",
            field=models.CharField(default="", max_length=14),
        ),
        migrations.AlterField(
            model_name="rollup",
            name="denominator",
            field=models.DecimalField(blank=True, decimal_places=12, max_digits=36, null=True),
        ),
        migrations.AddIndex(
            model_name="rollup",
            index=models.Index(condition=models.Q(("state", "")), fields=["tenant"], name="rollup_to_be_removed"),
        ),
        # One span of an indicator is then one range, all partners' rows side by side; it also serves the reference to
        # the indicator, whose own index goes.
        migrations.AddIndex(
            model_name="rollup",
            index=models.Index(fields=["tenant", "indicator", "grain", "period"], name="rollup_by_span"),
        ),
        migrations.RunSQL(
            ["DROP INDEX measures_rollup_indicator_id_tenant_ix"],
            ['CREATE INDEX measures_rollup_indicator_id_tenant_ix ON measures_rollup (tenant_id, "indicator_id")'],
        ),
    ]
