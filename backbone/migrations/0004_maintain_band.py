import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backbone", "0003_initiative_attribution")]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="maintain_band",
            field=models.PositiveSmallIntegerField(
                default=5,
                validators=[django.core.validators.MaxValueValidator(50)],
                verbose_name="percent by which a level to be maintained may slip",
            ),
        ),
    ]
