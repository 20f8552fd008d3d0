# mypy: ignore-errors
"""A label's records: keys that may be NULL and keys that may not, both sides of relations, a label for each row."""

from django.db import models


class City(models.Model):
    name = models.CharField(max_length=50)


class Label(models.Model):
    name = models.CharField(max_length=50)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="labels")

    def __str__(self):
        return f"{self.name}, {self.city.name}"


class Artist(models.Model):
    name = models.CharField(max_length=50)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="artists")
    agent = models.ForeignKey(City, on_delete=models.CASCADE, null=True, related_name="+")

    def __str__(self):
        return self.name


class Contract(models.Model):
    artist = models.OneToOneField(Artist, on_delete=models.CASCADE)
    number = models.IntegerField()


class Style(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self):
        return self.name


class Record(models.Model):
    title = models.CharField(max_length=50)
    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="records")
    styles = models.ManyToManyField(Style, related_name="records")

    @property
    def credit(self):
        return f"{self.title} by {self.artist.name}"

    def first_style(self):
        return self.styles.first()


class Track(models.Model):
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="tracks")
    by = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=50)
