from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0004_targets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("checking", "being checked"),
                    ("checked", "checked"),
                    ("applying", "being applied"),
                    ("applied", "applied"),
                    ("refused", "refused"),
                    ("dropped", "let go"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
