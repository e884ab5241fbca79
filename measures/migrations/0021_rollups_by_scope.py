from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measures", "0020_filed_once")]

    operations = [
        migrations.RemoveIndex(model_name="rollup", name="rollup_by_span"),
        migrations.AddIndex(
            model_name="rollup",
            index=models.Index(fields=["tenant", "indicator", "grain", "period", "scope"], name="rollup_by_span"),
        ),
    ]
