import backbone.models.owned
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0009_restated_as_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="gap_below",
            field=models.PositiveSmallIntegerField(
                default=25,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="percent of a need below which there is a gap",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="overlap_above",
            field=models.PositiveSmallIntegerField(
                default=125,
                validators=[
                    django.core.validators.MinValueValidator(100),
                    django.core.validators.MaxValueValidator(1000),
                ],
                verbose_name="percent of a need above which two partners may do the same",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="untagged_most",
            field=models.PositiveSmallIntegerField(
                default=10,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="percent of activities that may lack a strategy, population or place",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="watch_change",
            field=models.PositiveSmallIntegerField(
                default=5,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                verbose_name="percent by which one figure rises while another falls that is worth a word",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="watch_coverage",
            field=models.PositiveSmallIntegerField(
                default=80,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="percent of coverage that both need for it",
            ),
        ),
        migrations.CreateModel(
            name="WorkingGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\Z",
                                "Use small letters, digits and hyphens, as in “youth-to-work”.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("purpose", models.CharField(blank=True, default="", max_length=500, verbose_name="what it is for")),
                ("is_steering", models.BooleanField(default=False, verbose_name="steers the initiative")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="dissolved on")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="groups",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-is_steering", "name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="group_slug_once",
                        violation_error_message="Another group has this short name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_chair", models.BooleanField(default=False, verbose_name="chairs it")),
                (
                    "member",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="groups",
                        to="backbone.membership",
                        verbose_name="person",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.partner",
                        verbose_name="for",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "group",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="backbone.workinggroup",
                    ),
                ),
            ],
            options={
                "ordering": ["-is_chair", "member__name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "group", "member"),
                        name="group_member_once",
                        violation_error_message="This person is in the group already.",
                    )
                ],
            },
        ),
        TenantTable("WorkingGroup"),
        TenantTable("GroupMember"),
    ]
