"""Models in every way that Django makes a table, or none."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class Customer(AbstractUser):
    phone = models.CharField(max_length=30, blank=True, db_index=True)


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    updated = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_column="author"
    )

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["-created"])]


class Named(models.Model):
    name = models.CharField(max_length=80, unique=True)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["name"]


class Category(Named):
    slug = models.SlugField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )

    class Meta:
        unique_together = [("parent", "slug")]


class Tag(models.Model):
    code = models.CharField(max_length=12, primary_key=True)
    word = models.TextField(unique=True)


class Product(Stamped, Named):
    class Size(models.IntegerChoices):
        SMALL = 1
        LARGE = 2

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("product name", max_length=200)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    tag = models.ForeignKey(Tag, on_delete=models.DO_NOTHING, db_constraint=False, null=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    weight = models.FloatField(null=True)
    size = models.PositiveSmallIntegerField(choices=Size.choices, default=Size.SMALL)
    stock = models.PositiveIntegerField(default=0)
    sold = models.BigIntegerField(default=0, db_index=True)
    sku = models.CharField(max_length=40, db_column="stock_keeping_unit", unique=True, null=True)
    site = models.URLField(blank=True)
    mail = models.EmailField(blank=True)
    picture = models.ImageField(upload_to="pictures", blank=True)
    manual = models.FileField(upload_to="manuals", max_length=255)
    address = models.GenericIPAddressField(null=True)
    facts = models.JSONField(default=dict)
    raw = models.BinaryField(null=True)
    day = models.DateField(null=True)
    hour = models.TimeField(null=True)
    length = models.DurationField(null=True)
    active = models.BooleanField(default=True)
    related = models.ManyToManyField("self", blank=True)
    labels = models.ManyToManyField(Tag, related_name="labelled", db_table="product_label")
    buyers = models.ManyToManyField(Customer, through="Order", related_name="bought")

    class Meta:
        db_table = "goods"
        indexes = [
            models.Index(fields=["category", "-price"], name="goods_by_price"),
            models.Index(fields=["active", "created"]),
            models.Index(Lower("name"), name="goods_lower_name"),
            models.Index(fields=["sold"], condition=models.Q(active=True), name="goods_active_sold"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["category", "name"], name="goods_unique_name"),
            models.UniqueConstraint(
                fields=["mail"], condition=models.Q(active=True), name="goods_unique_mail"
            ),
            models.CheckConstraint(condition=models.Q(stock__gte=0), name="goods_stock"),
        ]


class CheapProduct(Product):
    class Meta:
        proxy = True


class Book(Product):
    isbn = models.CharField(max_length=13, unique=True)
    authors = models.ManyToManyField("Author")

    class Meta:
        ordering = ["isbn"]


class AudioBook(Book):
    printed = models.OneToOneField(Book, on_delete=models.CASCADE, parent_link=True, related_name="audio")
    minutes = models.IntegerField()
    narrator = models.ForeignKey("shop.Author", on_delete=models.RESTRICT, db_index=False)

    class Meta:
        indexes = []


class Author(models.Model):
    number = models.SmallAutoField(primary_key=True)
    pen_name = models.CharField(max_length=60)
    profile = models.OneToOneField(Customer, null=True, on_delete=models.SET_NULL)
    tag = models.ForeignKey(Tag, to_field="word", null=True, on_delete=models.CASCADE)

    class Meta:
        order_with_respect_to = "tag"


class Order(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, unique=True)
    count = models.SmallIntegerField()

    class Meta:
        unique_together = ("product", "customer")


class Elsewhere(models.Model):
    order = models.ForeignKey(Order, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False
        db_table = "a_view_of_somebody"


class AVeryLongNameOfAModelThatMakesAnEvenLongerNameOfATable(models.Model):
    a_field_with_quite_a_long_name_as_well = models.ForeignKey(Order, on_delete=models.CASCADE)
    another_field_that_leads_to_many_others = models.ManyToManyField(Category)
