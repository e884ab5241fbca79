from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0004_meetings_and_talk")]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="calendar",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="meeting",
            name="moves",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("letter", "Letter"),
                    ("reminder", "Reminder"),
                    ("returned", "Returned figure"),
                    ("nudge", "Nudge"),
                    ("notice", "Notice about figures"),
                    ("digest", "Weekly digest"),
                    ("release", "Publication"),
                    ("invitation", "Invitation to a meeting"),
                    ("pack", "Before a meeting"),
                    ("minutes", "After a meeting"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
