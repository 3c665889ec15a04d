import pytest

from core.destinations.pipedrive.costs import cost, is_search
from core.destinations.pipedrive.places import Site, file_id_of, site_of, storage_url
from core.errors import DestinationError, SetupError


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("https://practice.pipedrive.com", "https://practice.pipedrive.com"),
        ("https://practice.pipedrive.com/", "https://practice.pipedrive.com"),
        ("https://API.pipedrive.com", "https://api.pipedrive.com"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("http://localhost:80/", "http://localhost:80"),
        ("http://[::1]:8123", "http://[::1]:8123"),
    ],
)
def test_a_token_goes_to_the_destination_or_to_this_machine(base_url, origin):
    assert site_of(base_url).origin == origin


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "practice.pipedrive.com",
        "http://practice.pipedrive.com",
        "https://pipedrive.com",
        "https://a.b.pipedrive.com",
        "https://-a.pipedrive.com",
        "https://api.pipedrive.com.",
        "https://api.pipedrive.com:8443",
        "https://api.pipedrive.com:",
        "https://api.pipedrive.com@evil.invalid",
        "https://user:word@api.pipedrive.com",
        "https://evil.invalid/.pipedrive.com",
        "https://evilpipedrive.com",
        "https://api.pipedrive.com.evil.invalid",
        "https://api.pipedrive.com/v1",
        "https://api.pipedrive.com?x=1",
        "https://api.pipedrive.com#x",
        "https://127.0.0.1",
        "http://169.254.169.254/",
        "http://10.0.0.1",
        "http://[::ffff:127.0.0.1]",
        "http://user@127.0.0.1",
        "http://0.0.0.0:80",
        "https://[::1",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1",
    ],
)
def test_a_token_goes_nowhere_else(base_url):
    with pytest.raises(SetupError) as raised:
        site_of(base_url)
    assert raised.value.next_step
    assert "word" not in str(raised.value)


@pytest.mark.parametrize(
    ("link", "file_id"),
    [
        ("https://practice.pipedrive.com/v1/files/12/download", 12),
        ("https://api.pipedrive.com/api/v1/files/3/download", 3),
        ("https://practice.pipedrive.com/v1/files/12", None),
        ("see https://x/v1/files/12/download", None),
        ("", None),
    ],
)
def test_a_download_link_names_its_file(link, file_id):
    assert file_id_of(link) == file_id


def test_a_download_link_is_read_back():
    assert file_id_of(Site("http://127.0.0.1:1").download_url("77")) == 77


@pytest.mark.parametrize(
    "location",
    [
        "http://files.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://user@files.example.com/x",
        "https://files.example.com:8443/x",
        "/v1/files/1",
        "",
    ],
)
def test_bytes_are_read_from_named_hosts_over_https_only(location):
    with pytest.raises(DestinationError):
        storage_url(location)
    assert storage_url("https://files.example.com/x?sig=1").endswith("sig=1")


@pytest.mark.parametrize(
    ("method", "path", "tokens"),
    [
        ("GET", "/api/v2/persons", 10),
        ("GET", "/api/v2/persons/5", 1),
        ("POST", "/api/v2/deals", 5),
        ("PATCH", "/api/v2/activities/5", 5),
        ("DELETE", "/api/v2/organizations/5", 3),
        ("GET", "/api/v2/dealFields", 10),
        ("POST", "/api/v2/dealFields", 5),
        ("POST", f"/api/v2/dealFields/{'a' * 40}/options", 5),
        ("DELETE", f"/api/v2/dealFields/{'a' * 40}", 3),
        ("GET", "/api/v2/itemSearch", 20),
        ("GET", "/api/v2/itemSearch/field", 20),
        ("GET", "/api/v2/persons/search", 20),
        ("GET", "/v1/notes", 20),
        ("POST", "/v1/notes", 10),
        ("PUT", "/v1/notes/5", 10),
        ("DELETE", "/v1/files/5", 6),
        ("GET", "/v1/files/5/download", 20),
        ("GET", "/v1/users", 20),
        ("GET", "/v1/users/me", 2),
        ("GET", "/v1/activityTypes", 20),
        ("POST", "/v1/activityTypes", 10),
        ("GET", "/v1/webhooks", 10),
    ],
)
def test_a_request_costs_what_the_price_list_says(method, path, tokens):
    assert cost(method, path) == tokens


def test_searches_are_told_apart():
    assert is_search("/api/v2/persons/search")
    assert not is_search("/api/v2/persons")
