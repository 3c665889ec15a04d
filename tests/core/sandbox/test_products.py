import pytest

from core.sandbox.store import Kind

PRODUCTS = "/api/v2/products"


@pytest.fixture
def product(account):
    return account.make("products", name="Mouthwash", code="MW-1", prices=[{"price": 9.5}])


@pytest.fixture
def lines(account, product):
    deal = account.make("deals", title="A")
    return f"/api/v2/deals/{deal['id']}/products", product


def _line(product, **more):
    return {"product_id": product["id"], "item_price": 10, "quantity": 2} | more


def test_a_product_has_a_price_in_each_currency(account, product):
    price = {"price": 9.5, "currency": "USD", "cost": 0, "direct_cost": None, "notes": ""}
    assert product["prices"] == [{"product_id": product["id"], **price}]
    wanted = [{"price": 1, "currency": "EUR"}, {"price": 2, "currency": "USD"}]
    changed = account.change("products", product["id"], prices=wanted)
    assert [each["currency"] for each in changed["prices"]] == ["EUR", "USD"]
    for wrong in (
        {"prices": [{"price": 1}, {"price": 2}]},
        {"prices": [{"price": 1, "currency": "XXX"}]},
        {"billing_frequency_cycles": 5},
        {"billing_frequency": "monthly", "billing_frequency_cycles": 500},
        {"category": 1},
    ):
        answer = account("PATCH", f"{PRODUCTS}/{product['id']}", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "ERR_BAD_REQUEST")
    monthly = {"billing_frequency": "monthly", "billing_frequency_cycles": 12}
    assert account.change("products", product["id"], **monthly)["billing_frequency_cycles"] == 12
    category = account.sandbox.account.fields.by_code[Kind.PRODUCT_FIELD]["category"]
    option = next(iter(category.options))
    assert account.change("products", product["id"], category=option)["category"] == str(option)


def test_products_are_listed_by_name_and_found_by_code(account, product):
    account.make("products", name="Brush")
    names = [each["name"] for each in account.read(PRODUCTS, sort_by="name")]
    assert names == ["Brush", "Mouthwash"]
    (hit,) = account.read(f"{PRODUCTS}/search", term="mw-1", exact_match="true")["items"]
    assert hit["item"]["id"] == product["id"]
    assert account("GET", f"{PRODUCTS}?updated_until=2026-01-01T00:00:00Z").status_code == 400
    query = {"entity_type": "product", "field": "code", "term": "MW-1"}
    assert account.read("/api/v2/itemSearch/field", **query) == [
        {"id": product["id"], "name": "Mouthwash"}
    ]


@pytest.mark.parametrize(
    ("more", "total"),
    [
        ({}, 20),
        ({"discount": 10}, 18),
        ({"discount": 3, "discount_type": "amount"}, 17),
        ({"discount": 1, "item_price": 0.1, "quantity": 3}, 0.3),
    ],
)
def test_a_line_costs_price_times_quantity_less_the_discount(account, lines, more, total):
    path, product = lines
    assert account.post(path, **_line(product, **more))["sum"] == total


def test_lines_of_a_deal_are_listed_changed_and_deleted(account, lines):
    path, product = lines
    account("POST", f"{path}/bulk", json={"data": [_line(product)] * 3})
    page = account("GET", path, params={"limit": 2, "sort_by": "order_nr"}).json()
    assert [each["order_nr"] for each in page["data"]] == [10, 20]
    cursor = page["additional_data"]["next_cursor"]
    rest = account.read(path, cursor=cursor, limit=2, sort_by="order_nr")
    assert [each["id"] for each in rest] == [3]
    changed = account("PATCH", f"{path}/2", json={"quantity": 5}).json()["data"]
    assert (changed["sum"], changed["name"]) == (50, "Mouthwash")
    assert account.delete(f"{path}/1") == {"id": 1}
    assert account("PATCH", f"{path}/1", json={}).status_code == 404
    account.make("deals", title="B")
    assert account("DELETE", f"{path.replace('/1/', '/2/')}/2").status_code == 404
    answer = account("DELETE", f"{path}?ids=2,99").json()
    assert answer["data"] == {"ids": [2]}
    assert account("DELETE", path).json()["data"] == {"ids": [3]}
    assert account.read(path) == []


def test_lines_of_several_deals_are_read_at_once(account, lines):
    path, product = lines
    account.post(path, **_line(product))
    other = account.make("deals", title="B")
    account.post(f"/api/v2/deals/{other['id']}/products", **_line(product))
    found = account.read("/api/v2/deals/products", deal_ids=f"1,{other['id']}", sort_by="deal_id")
    assert [each["deal_id"] for each in found] == [1, other["id"]]
    for wrong in ("", "?deal_ids=a", "?deal_ids=1&sort_by=name"):
        assert account("GET", f"/api/v2/deals/products{wrong}").status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"product_id": 99},
        {"quantity": 1e300, "item_price": 1e300},
        {"product_id": None},
        {"quantity": "2"},
        {"product_variation_id": 1},
        {"discount_type": "gift"},
        {"billing_frequency_cycles": 5},
    ],
)
def test_a_line_that_does_not_fit_leaves_none_of_its_bulk(account, lines, wrong):
    path, product = lines
    body = {"data": [_line(product), _line(product) | wrong]}
    assert account("POST", f"{path}/bulk", json=body).status_code == 400
    assert account.read(path) == []
    assert account("POST", path, json=_line(product) | wrong).status_code == 400


def test_a_deal_that_is_gone_or_archived_takes_no_lines(account, lines):
    path, product = lines
    for number in (0, 101):
        body = {"data": [_line(product)] * number}
        assert account("POST", f"{path}/bulk", json=body).status_code == 400
    account.change("deals", 1, is_archived=True)
    answer = account("POST", path, json=_line(product))
    assert answer.json()["code"] == "ERR_DEAL_ARCHIVED"
    account.change("deals", 1, is_archived=False)
    account.delete("/api/v2/deals/1")
    assert account("POST", path, json=_line(product)).status_code == 404


def test_an_account_takes_so_many_lines(open_account):
    account = open_account(max_of_each=1)
    product = account.make("products", name="A")
    account.make("deals", title="A")
    account.post("/api/v2/deals/1/products", **_line(product))
    answer = account("POST", "/api/v2/deals/1/products", json=_line(product))
    assert answer.status_code == 403
    assert "code" not in answer.json()
