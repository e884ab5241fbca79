import backbone.models.owned
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


def to_a_member():
    return backbone.models.owned.TenantForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="backbone.membership",
    )


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0014_mails_a_week"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="is_operator",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="OperatorAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300, verbose_name="why")),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                        verbose_name="for how many hours",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("granted_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", to_a_member()),
                ("granted_by", to_a_member()),
                ("member", to_a_member()),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("expires_at__isnull", True),
                                ("granted_at__isnull", True),
                                ("granted_by__isnull", True),
                            ),
                            models.Q(("expires_at__gt", models.F("granted_at")), ("granted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="operator_access_is_boxed",
                    )
                ],
            },
        ),
        TenantTable("OperatorAccess"),
    ]
