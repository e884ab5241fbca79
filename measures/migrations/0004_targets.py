import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import backbone.models.owned
from backbone.tenant_tables import TenantReference


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0004_maintain_band"),
        ("measures", "0003_rollup_state"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="judged_from",
            field=models.DateField(blank=True, null=True, verbose_name="first month in which it can have moved"),
        ),
        migrations.AddField(
            model_name="target",
            name="band",
            field=models.DecimalField(
                blank=True,
                decimal_places=1,
                max_digits=4,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="may slip by, in percent",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="grain",
            field=models.CharField(
                blank=True,
                choices=[("quarter", "for a quarter"), ("year", "for a year")],
                default="",
                max_length=7,
                verbose_name="for how long",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="partner",
            field=backbone.models.owned.TenantForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="backbone.partner",
            ),
        ),
        TenantReference("Target", "partner"),
        migrations.AlterModelOptions(
            name="target",
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "ordering": ["period", "id"],
            },
        ),
        migrations.RemoveConstraint(model_name="target", name="target_once_per_period"),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("tenant", "indicator", "partner", "grain", "period"),
                name="target_once_per_span",
                nulls_distinct=False,
                violation_error_message="This month has a target already.",
            ),
        ),
    ]
