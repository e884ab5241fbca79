from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backbone", "0008_share_links")]

    operations = [
        migrations.AddField(model_name="restated", name="as_of", field=models.DateTimeField(null=True)),
    ]
