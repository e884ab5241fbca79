# Every table as the migrations before left it, in one piece.

import backbone.models.owned
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    replaces = [
        ("agenda", "0001_initial"),
        ("agenda", "0002_common_agenda"),
        ("agenda", "0003_links_since"),
    ]

    initial = True
    dependencies = [("backbone", "0001_squashed_0008_share_links")]

    operations = [
        migrations.CreateModel(
            name="Section",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("problem", "The problem"),
                            ("vision", "Our vision"),
                            ("population", "Who it is for, and where"),
                            ("principles", "How we work together"),
                            ("roles", "Who does what"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True, default="", max_length=20000, verbose_name="text")),
                ("number", models.PositiveIntegerField(default=0)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                        verbose_name="who looks after it",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "initiative", "topic"), name="section_once")],
            },
        ),
        TenantTable("Section"),
        migrations.CreateModel(
            name="SectionText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "section",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="agenda.section",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "section", "number"), name="section_text_once")
                ],
            },
        ),
        TenantTable("SectionText"),
        pgtrigger.migrations.AddTrigger(
            model_name="sectiontext",
            trigger=pgtrigger.compiler.Trigger(
                name="text_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="39ffd3e983c799fa0a862f7a00bb0d1cf07bf46d",
                    operation="UPDATE",
                    pgid="pgtrigger_text_stays_2ebba",
                    table="agenda_sectiontext",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True, max_length=20000, verbose_name="text")),
                ("why", models.CharField(blank=True, default="", max_length=500, verbose_name="why")),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("accepted", "Accepted"), ("declined", "Declined")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "decided_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "section",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="agenda.section",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "section", "state"], name="suggestion_of_section")],
            },
        ),
        TenantTable("Suggestion"),
        migrations.CreateModel(
            name="SectionRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=2000, verbose_name="words")),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "section",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="agenda.section",
                    ),
                ),
                (
                    "settled_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "section", "at"], name="remark_of_section")],
            },
        ),
        TenantTable("SectionRemark"),
        migrations.CreateModel(
            name="AgendaVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="what is new")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agenda_versions",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "number"), name="agenda_version_once")
                ],
            },
        ),
        TenantTable("AgendaVersion"),
        pgtrigger.migrations.AddTrigger(
            model_name="agendaversion",
            trigger=pgtrigger.compiler.Trigger(
                name="agenda_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="59ea3b07a00ae454f0d0b90d986b6c62a267093c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_agenda_stays_43c63",
                    table="agenda_agendaversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stance",
                    models.CharField(
                        choices=[
                            ("signed", "Signed"),
                            ("reserved", "Signed with a reservation"),
                            ("refused", "Not signed"),
                        ],
                        max_length=10,
                        verbose_name="your answer",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("words", models.CharField(blank=True, default="", max_length=2000, verbose_name="words")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "version",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="agenda.agendaversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "version", "partner", "at"], name="signature_of_version")],
            },
        ),
        TenantTable("Signature"),
        pgtrigger.migrations.AddTrigger(
            model_name="signature",
            trigger=pgtrigger.compiler.Trigger(
                name="signature_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6689d5098e1017ec18da1f918487ccb73e7bee9c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_signature_stays_0728e",
                    table="agenda_signature",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Learning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[("what_if", "What if?"), ("known", "We know"), ("unknown", "We don’t know yet")],
                        max_length=10,
                        verbose_name="what it is",
                    ),
                ),
                ("text", models.CharField(max_length=1000, verbose_name="in words")),
                ("at", models.DateTimeField()),
                ("learn_by", models.DateField(blank=True, null=True, verbose_name="by when")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("answered", "Answered"),
                            ("taken_up", "Taken up"),
                            ("dropped", "Let go"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=2000, verbose_name="answer")),
                (
                    "becomes",
                    models.CharField(
                        blank=True,
                        choices=[("decision", "a decision"), ("action", "an action")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("taken_up", models.CharField(blank=True, default="", max_length=500, verbose_name="what came of it")),
                ("taken_up_url", models.CharField(blank=True, default="", max_length=300)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "closed_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="learnings",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                        verbose_name="who finds out",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "state", "at"], name="learning_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="learning_closed_whole",
                    )
                ],
            },
        ),
        TenantTable("Learning"),
        migrations.CreateModel(
            name="LearningAbout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.CharField(max_length=80)),
                ("label", models.CharField(max_length=200)),
                (
                    "learning",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="about",
                        to="agenda.learning",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "row"], name="learning_about_row")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "learning", "row"), name="learning_about_once")
                ],
            },
        ),
        TenantTable("LearningAbout"),
        migrations.CreateModel(
            name="PhaseMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phase", models.CharField(max_length=20, verbose_name="phase")),
                ("on", models.DateField(verbose_name="since")),
                ("because", models.CharField(blank=True, default="", max_length=500, verbose_name="why")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phase_moves",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "at"], name="phase_move_by_time")],
            },
        ),
        TenantTable("PhaseMove"),
        pgtrigger.migrations.AddTrigger(
            model_name="phasemove",
            trigger=pgtrigger.compiler.Trigger(
                name="move_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3ab0c4fec6edd5cb2224385e09b264cb745c5d52",
                    operation="UPDATE",
                    pgid="pgtrigger_move_stays_b86f3",
                    table="agenda_phasemove",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="PhaseEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=500, verbose_name="what shows it")),
                ("url", models.URLField(blank=True, default="", max_length=500, verbose_name="address")),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phase_evidence",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "withdrawn_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "item"], name="phase_evidence_of_item")],
            },
        ),
        TenantTable("PhaseEvidence"),
        migrations.CreateModel(
            name="Node",
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
                ("label", models.CharField(max_length=120, verbose_name="name")),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("activity", "What we do"),
                            ("factor", "What plays a part"),
                            ("outcome", "Outcome on the way"),
                            ("result", "Result for the population"),
                        ],
                        default="factor",
                        max_length=10,
                        verbose_name="sort",
                    ),
                ),
                ("words", models.CharField(blank=True, default="", max_length=1000, verbose_name="in more words")),
                ("stands_for", models.CharField(blank=True, default="", max_length=80)),
                ("x", models.DecimalField(blank=True, decimal_places=1, max_digits=8, null=True)),
                ("y", models.DecimalField(blank=True, decimal_places=1, max_digits=8, null=True)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nodes",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="node_slug_once",
                        violation_error_message="Another node has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("x", None), ("y", None)),
                            models.Q(("x__isnull", False), ("y__isnull", False)),
                            _connector="OR",
                        ),
                        name="node_placed_whole",
                    ),
                ],
            },
        ),
        TenantTable("Node"),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sign",
                    models.SmallIntegerField(
                        choices=[(1, "the same way"), (-1, "the other way")], default=1, verbose_name="moves it"
                    ),
                ),
                (
                    "least",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="months at the least",
                    ),
                ),
                (
                    "likely",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="months most likely",
                    ),
                ),
                (
                    "most",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="months at the most",
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("strong", "well proven"),
                            ("promising", "promising: some evidence"),
                            ("own", "our own experience"),
                            ("assumed", "assumed"),
                        ],
                        default="assumed",
                        max_length=10,
                        verbose_name="how well that is known",
                    ),
                ),
                ("words", models.CharField(blank=True, default="", max_length=1000, verbose_name="why we think so")),
                ("reference", models.CharField(blank=True, default="", max_length=300, verbose_name="from where")),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="last confirmed")),
                (
                    "confirmed_by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "source",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_out",
                        to="agenda.node",
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_in",
                        to="agenda.node",
                        verbose_name="to",
                    ),
                ),
                ("added_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="added")),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative"], name="link_of_initiative")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "source", "target"),
                        name="link_once",
                        violation_error_message="There is a link from the one to the other already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="link_between_two",
                        violation_error_message="A link leads from one node to another, not back to itself.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("least", None), ("likely", None), ("most", None)),
                            models.Q(("least__lte", models.F("likely")), ("likely__lte", models.F("most"))),
                            _connector="OR",
                        ),
                        name="link_lag_in_order",
                        violation_error_message="Give all three lags, in order: the least, the likely and the most months; or none.",
                    ),
                ],
            },
        ),
        TenantTable("Link"),
        migrations.CreateModel(
            name="LoopName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nodes", models.CharField(max_length=400)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loop_names",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "nodes"), name="loop_name_once")
                ],
            },
        ),
        TenantTable("LoopName"),
        migrations.CreateModel(
            name="MapLoops",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("of", models.CharField(max_length=64)),
                ("loops", models.JSONField(default=list)),
                ("is_all", models.BooleanField(default=True)),
                ("found_at", models.DateTimeField()),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="map_loops",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                ("because", models.CharField(blank=True, default="", max_length=10)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "initiative"), name="map_loops_once")],
            },
        ),
        TenantTable("MapLoops"),
        migrations.CreateModel(
            name="MapVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("body", models.JSONField()),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="what is new")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="map_versions",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "number"), name="map_version_once")
                ],
            },
        ),
        TenantTable("MapVersion"),
        pgtrigger.migrations.AddTrigger(
            model_name="mapversion",
            trigger=pgtrigger.compiler.Trigger(
                name="map_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b4ffb6dc1dd4b2f4d72d919eefd80fae7ac7eec6",
                    operation="UPDATE",
                    pgid="pgtrigger_map_stays_05f1c",
                    table="agenda_mapversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Outcome",
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
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "level",
                    models.CharField(
                        choices=[("result", "Result for the population"), ("outcome", "Outcome on the way")],
                        default="result",
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("place", models.CharField(blank=True, default="", max_length=200, verbose_name="where")),
                ("population", models.CharField(blank=True, default="", max_length=200, verbose_name="who")),
                (
                    "under",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="agenda.outcome",
                        verbose_name="result",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="outcome_slug_once",
                        violation_error_message="Another outcome has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("under", None),
                            models.Q(("level", "outcome"), models.Q(("under", models.F("id")), _negated=True)),
                            _connector="OR",
                        ),
                        name="outcome_under_a_result",
                        violation_error_message="A result for the population stands at the top, under nothing else.",
                    ),
                ],
            },
        ),
        TenantTable("Outcome"),
        migrations.CreateModel(
            name="Strategy",
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
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="strategies",
                        to="agenda.outcome",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "outcome", "slug"),
                        name="strategy_slug_once",
                        violation_error_message="Another strategy of this outcome has this short name.",
                    )
                ],
            },
        ),
        TenantTable("Strategy"),
        migrations.CreateModel(
            name="Steward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("condition", models.CharField(max_length=12, verbose_name="condition")),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stewards",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "member",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stewardships",
                        to="backbone.membership",
                        verbose_name="who",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("tenant", "initiative", "condition"),
                        name="steward_once",
                    )
                ],
            },
        ),
        TenantTable("Steward"),
        migrations.CreateModel(
            name="StrategyPartner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.partner",
                    ),
                ),
                (
                    "strategy",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="agenda.strategy",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "strategy", "partner"), name="strategy_partner_once")
                ],
            },
        ),
        TenantTable("StrategyPartner"),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voice", models.CharField(max_length=120, verbose_name="whose voice")),
                ("is_lived", models.BooleanField(default=True, verbose_name="speaks from own experience")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "member",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                        verbose_name="organization",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["voice", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "voice"),
                        name="seat_once",
                        violation_error_message="There is a seat for this voice already.",
                    )
                ],
            },
        ),
        TenantTable("Seat"),
    ]
