"""Models in every way that Peewee makes a table, or none."""

from datetime import datetime

from peewee import (
    SQL,
    AutoField,
    BigAutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DatabaseProxy,
    DateField,
    DateTimeField,
    DecimalField,
    DoubleField,
    FixedCharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    ManyToManyField,
    Model,
    SmallIntegerField,
    TextField,
    TimeField,
    TimestampField,
    UUIDField,
)

db = DatabaseProxy()


class BaseModel(Model):
    class Meta:
        database = db


class User(BaseModel):
    name = CharField(unique=True)
    mail = CharField(max_length=80, index=True)
    joined = DateTimeField(default=datetime.now)

    class Meta:
        table_name = "member"


class Folder(BaseModel):
    key = UUIDField(primary_key=True)
    parent = ForeignKeyField("self", null=True, backref="children", on_delete="CASCADE")
    code = FixedCharField(4)
    label = TextField(column_name="caption", null=True)


class Note(BaseModel):
    number = BigAutoField()
    owner = ForeignKeyField(User, backref="notes")
    folder = ForeignKeyField(Folder, null=True, index=False, on_delete="SET NULL", on_update="CASCADE")
    writer = ForeignKeyField(User, field=User.name, column_name="written_by", backref="written", unique=True)
    size = IntegerField(constraints=[Check("size > 0")])
    big = BigIntegerField(index=True)
    small = SmallIntegerField(default=0)
    price = DecimalField(max_digits=8, decimal_places=2)
    plain = DecimalField()
    weight = FloatField(null=True)
    exact = DoubleField()
    done = BooleanField(constraints=[SQL("DEFAULT false")])
    day = DateField()
    hour = TimeField()
    stamp = TimestampField()
    raw = BlobField()

    class Meta:
        indexes = ((("owner", "folder"), True), (("day", "size"), False), (("hour",), False))


class NoteTag(BaseModel):
    note = ForeignKeyField(Note)
    tag = CharField()

    class Meta:
        primary_key = CompositeKey("note", "tag")


class Keyless(BaseModel):
    word = CharField()

    class Meta:
        primary_key = False


class SharedNote(BaseModel):
    id = AutoField(column_name="shared")
    readers = ManyToManyField(User, backref="shared")


ReadersThrough = SharedNote.readers.get_through_model()
