def test_a(postgres):
    assert postgres.run("select 1; select 'a b', 2") == ["1","a b|2"]
    assert postgres.refusal("select x") == "42703"
    assert postgres.refusal("create table a(i int)") is None
    assert postgres.refusal("create table a(i int)") == "42P07"
    assert postgres.refusal("select 1 \\; create index concurrently on a(i)") == "25001"
    assert postgres.json("select json_build_object('a', 1)") == {"a": 1}
def test_b(postgres):
    assert postgres.run("select count(*) from pg_class where relname='a'") == ["0"]
