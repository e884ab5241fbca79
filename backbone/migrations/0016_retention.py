import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0015_operators"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="is_sample",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="tenant",
            name="erase_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="tenant",
            name="logs_kept_days",
            field=models.PositiveSmallIntegerField(
                default=90,
                validators=[
                    django.core.validators.MinValueValidator(7),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days for which deliveries and repeated calls are remembered",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="mails_kept_days",
            field=models.PositiveSmallIntegerField(
                default=730,
                validators=[
                    django.core.validators.MinValueValidator(30),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days for which mails and inboxes keep their words",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="uploads_kept_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)],
                verbose_name="days for which an uploaded file waits to be applied",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="visits_kept_days",
            field=models.PositiveSmallIntegerField(
                default=730,
                validators=[
                    django.core.validators.MinValueValidator(30),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days for which it is known who opened a publication",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="withdrawn_kept_days",
            field=models.PositiveSmallIntegerField(
                default=90,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days for which something withdrawn can still be looked up",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="young_visit_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.at > now() - interval '30 days')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="1549196536d12aa5e0f779f2ae5d0cb6620f1aab",
                    operation="DELETE",
                    pgid="pgtrigger_young_visit_stays_39366",
                    table="backbone_visit",
                    when="BEFORE",
                ),
            ),
        ),
    ]
