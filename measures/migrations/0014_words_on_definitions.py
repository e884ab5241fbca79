from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0013_definitions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attestation",
            name="as_defined",
            field=models.BooleanField(null=True),
        ),
        migrations.AlterField(
            model_name="attestation",
            name="at",
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name="attestation",
            name="typed_as_defined",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="attestation",
            name="typed_note",
            field=models.CharField(blank=True, default="", max_length=2000),
        ),
    ]
