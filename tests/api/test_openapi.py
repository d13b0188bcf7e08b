"""The OpenAPI document says what the service does: its examples are taken as they stand, and every
answer to whatever is asked is one that it names."""

import pytest
import schemathesis
import schemathesis.specs.openapi.checks as checks
from api.conftest import serving, until
from api.stored import CANCELLED, COMPLETED, FAILED, store_jobs
from hypothesis import settings
from jsonschema import Draft202012Validator

from bookgen.api.app import create_app
from bookgen.api.schemas.common import EXAMPLE_JOB
from bookgen.export.formats import FORMATS
from bookgen.settings import Settings

DOCUMENT = create_app(Settings(_env_file=None)).openapi()
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture(scope="module")
def client(tmp_path_factory, off_the_net):
    """The service, with jobs in every state."""
    folder = tmp_path_factory.mktemp("service")
    store_jobs(folder)
    with serving(folder) as client:
        yield client


def resolved(schema):
    """Return the schema that a reference names."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    return DOCUMENT["components"]["schemas"][name] if name else schema


def examples_of(media):
    """Return the examples of a media type: its own, else its schema's."""
    if "example" in media:
        return [media["example"]]
    own = [one["value"] for one in media.get("examples", {}).values()]
    return own or resolved(media["schema"]).get("examples", [])


def violations(schema, value):
    whole = {**schema, "components": DOCUMENT["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


@every_operation
def test_every_route_has_an_example_of_all_that_it_takes_and_answers(name):
    *_, operation = OPERATIONS[name]
    assert operation["description"]
    medias = [
        media
        for one in [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in one.get("content", {}).values()
    ]
    for media in medias:
        examples = examples_of(media)
        assert examples
        for example in examples:
            assert violations(media["schema"], example) == []
    for parameter in operation.get("parameters", ()):
        assert parameter["description"]
        assert parameter["schema"]["examples"]
        for example in parameter["schema"]["examples"]:
            assert violations(parameter["schema"], example) == []
    for answer in operation["responses"].values():
        assert answer["description"]
        for header in answer["headers"].values():
            assert violations(header["schema"], header["example"]) == []


@every_operation
def test_every_problem_is_told_in_the_same_form(name):
    *_, operation = OPERATIONS[name]
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            (media_type,) = answer["content"]
            assert media_type == "application/problem+json"
            for example in examples_of(answer["content"][media_type]):
                assert example["status"] == int(status)


def test_a_book_is_handed_out_as_what_the_document_says():
    *_, operation = OPERATIONS["download"]
    handed_out = {one.media_type.partition(";")[0] for one in FORMATS.values()}
    assert operation["responses"]["200"]["content"].keys() == handed_out
    (parameter,) = [one for one in operation["parameters"] if one["name"] == "format"]
    assert set(parameter["schema"]["enum"]) == FORMATS.keys()


# The examples tell of one job, so they are sent as its life goes; before these it has to be so far.
LIFE = {
    **dict.fromkeys(("root", "health", "livez", "readyz", "status", "metrics"), "pending"),
    **dict.fromkeys(("generate", "list_jobs", "validate", "validate_advanced"), "pending"),
    **dict.fromkeys(("outline", "replace_outline", "cancel"), "pending"),
    "resume": "cancelled",
    "approve_outline": "pending",
    **dict.fromkeys(("job_status", "events", "report", "download", "delete"), "completed"),
}


def requests_of(name):
    """Return the requests of a route's examples: one for each body, with an example of each
    parameter."""
    method, path, operation = OPERATIONS[name]
    given = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.get("parameters", ()):
        given[parameter["in"]][parameter["name"]] = parameter["schema"]["examples"][0]
    media = operation.get("requestBody", {}).get("content", {}).get("application/json")
    request = {
        "method": method,
        "url": path.format(**given["path"]),
        "params": given["query"],
        "headers": given["header"],
    }
    if media is None:
        return [request]
    # Another body with the same Idempotency-Key is another order: it is refused.
    return [
        {**request, "json": body, "headers": {} if number else given["header"]}
        for number, body in enumerate(examples_of(media))
    ]


def test_every_example_is_accepted_as_it_stands(tmp_path, off_the_net):
    store_jobs(tmp_path)
    assert LIFE.keys() == OPERATIONS.keys()
    with serving(tmp_path) as client:
        path = f"/api/v1/biographies/{EXAMPLE_JOB}/status"

        def is_so_far(status):
            state = client.get(path).json()
            waits = state["progress"]["phase"] == "approval"
            return state["status"] == status and (waits or status != "pending")

        for name, status in LIFE.items():
            until(lambda status=status: is_so_far(status))
            for request in requests_of(name):
                answer = client.request(**request)
                assert answer.is_success, (name, answer.text)
                media = OPERATIONS[name][2]["responses"][str(answer.status_code)].get("content", {})
                if answer.content:
                    media_type = answer.headers["content-type"].partition(";")[0]
                    value = answer.json() if media_type == "application/json" else answer.text
                    assert violations(media[media_type]["schema"], value) == [], name


# Jobs that are there, and one that is not. Events of a job that waits have no end.
ENDED = (COMPLETED, "ffffffff-0000-4000-8000-000000000000")
JOBS = (*ENDED, EXAMPLE_JOB, FAILED, CANCELLED)

schema = schemathesis.openapi.from_dict(DOCUMENT)


@schema.hook
def map_path_parameters(context, path_parameters):
    """Ask for jobs that are there: a made-up id finds none."""
    if path_parameters and "job_id" in path_parameters:
        known = ENDED if context.operation.path.endswith("/events") else JOBS
        place = sum(str(path_parameters["job_id"]).encode()) % len(known)
        return {**path_parameters, "job_id": known[place]}
    return path_parameters


# A schema cannot say what a name of printable characters is, nor which passages there are: what
# it lets pass may be refused. Numbers that are written as texts are taken, as they always were.
UNSAID = [checks.positive_data_acceptance, checks.negative_data_rejection]


@schema.parametrize()
@settings(max_examples=20, derandomize=True, deadline=None)
def test_whatever_is_asked_the_answer_is_one_that_is_documented(case, client):
    """Schemathesis: no 5xx; status, media type, body and headers as the document says."""
    case.call_and_validate(base_url=str(client.base_url), excluded_checks=UNSAID, timeout=30)
