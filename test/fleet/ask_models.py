# Asks a twin through boto3, and holds every answer, as it came over the wire, to the service models of botocore.
# In: {endpoint, region, key, calls: [{client, action, input}], waiters: [{client, name, input}]} on stdin. Out: what was found, as JSON.
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from botocore.utils import parse_timestamp

asked = json.load(sys.stdin)
config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
clients = {}


def client_of(name):
    if name not in clients:
        clients[name] = boto3.client(
            name,
            endpoint_url=asked["endpoint"],
            region_name=asked["region"],
            aws_access_key_id=asked["key"],
            aws_secret_access_key="any",
            config=config,
        )
    return clients[name]


def text_problems(shape, text, path):
    """Of a value that is text on the wire."""
    kind = shape.type_name
    if kind in ("integer", "long") and not re.fullmatch(r"-?\d+", text):
        yield f"{path}: must be a whole number, got: {text!r}"
    elif kind in ("float", "double") and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        yield f"{path}: must be a number, got: {text!r}"
    elif kind == "boolean" and text not in ("true", "false"):
        yield f"{path}: must be true or false, got: {text!r}"
    elif kind == "timestamp":
        try:
            parse_timestamp(text)
        except ValueError:
            yield f"{path}: must be a time, got: {text!r}"
    elif kind == "string" and shape.enum and text not in shape.enum:
        yield f"{path}: must be one of {shape.enum}, got: {text!r}"


def missing_problems(shape, present, path):
    for name in shape.required_members:
        if name not in present:
            yield f"{path}.{name}: is required by the model, got: nothing"


def xml_problems(shape, node, path):
    kind = shape.type_name
    if kind == "structure":
        names = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if member.type_name == "list" and member.serialization.get("flattened"):
                wire = member.member.serialization.get("name", wire)
            names[wire] = (name, member)
        present = set()
        for child in node:
            tag = child.tag.split("}")[-1]
            if tag not in names:
                yield f"{path}.{tag}: the model does not know it"
                continue
            name, member = names[tag]
            if name in present and not member.serialization.get("flattened"):
                yield f"{path}.{name}: must be there once"
            present.add(name)
            inner = member.member if member.serialization.get("flattened") else member
            yield from xml_problems(inner, child, f"{path}.{name}")
        yield from missing_problems(shape, present, path)
    elif kind == "list":
        wire = shape.member.serialization.get("name", "member")
        for index, child in enumerate(node):
            tag = child.tag.split("}")[-1]
            if tag != wire:
                yield f"{path}: its items must be {wire}, got: {tag}"
            yield from xml_problems(shape.member, child, f"{path}[{index}]")
    elif kind == "map":
        key = shape.key.serialization.get("name", "key")
        value = shape.value.serialization.get("name", "value")
        for entry in node:
            tags = sorted(child.tag.split("}")[-1] for child in entry)
            if tags != sorted([key, value]):
                yield f"{path}: an entry must have {key} and {value}, got: {tags}"
    elif len(node):
        yield f"{path}: must be text, got: {node[0].tag}"
    else:
        yield from text_problems(shape, node.text or "", path)


def json_problems(shape, value, path):
    kind = shape.type_name
    plain = {"structure": dict, "map": dict, "list": list, "string": str, "boolean": bool, "blob": str}
    if kind in plain and not isinstance(value, plain[kind]):
        yield f"{path}: must be a {kind}, got: {value!r}"
    elif kind in ("integer", "long", "float", "double", "timestamp") and (
        isinstance(value, bool) or not isinstance(value, int if kind in ("integer", "long") else (int, float))
    ):
        yield f"{path}: must be a {kind}, got: {value!r}"
    elif kind == "structure":
        names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        for wire, inner in value.items():
            if wire in names:
                yield from json_problems(names[wire][1], inner, f"{path}.{wire}")
            else:
                yield f"{path}.{wire}: the model does not know it"
        yield from missing_problems(shape, {names[wire][0] for wire in value if wire in names}, path)
    elif kind == "list":
        for index, inner in enumerate(value):
            yield from json_problems(shape.member, inner, f"{path}[{index}]")
    elif kind == "map":
        for key, inner in value.items():
            yield from json_problems(shape.value, inner, f"{path}[{key}]")
    elif kind == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: must be one of {shape.enum}, got: {value!r}"


def wire_problems(client, operation, body):
    shape = operation.output_shape
    protocol = client.meta.service_model.resolved_protocol
    if protocol in ("query", "ec2"):
        root = ElementTree.fromstring(body)
        expected = f"{operation.name}Response"
        if root.tag.split("}")[-1] != expected:
            yield f"the answer must be a {expected}, got: {root.tag}"
        if shape is None:
            return
        if protocol == "query":
            wrapper = shape.serialization.get("resultWrapper")
            result = next((child for child in root if child.tag.split("}")[-1] == wrapper), None)
            if result is None:
                yield f"the answer must have a {wrapper}"
                return
        else:
            result = root
            for child in [child for child in root if child.tag.split("}")[-1] == "requestId"]:
                root.remove(child)
        yield from xml_problems(shape, result, operation.name)
    elif shape is not None:
        yield from json_problems(shape, json.loads(body), operation.name)


def ask(client, action, given):
    """The answer, and what is wrong with it on the wire."""
    operation = client.meta.service_model.operation_model(action)
    bodies = []

    def keep(http_response, **_):
        bodies.append(http_response.content)

    event = f"after-call.{client.meta.service_model.service_id.hyphenize()}.{action}"
    client.meta.events.register(event, keep)
    try:
        answer = getattr(client, xform_name(action))(**given)
    finally:
        client.meta.events.unregister(event, keep)
    # Without the bytes of the answer nothing would be held to anything.
    unseen = [] if len(bodies) == 1 else [f"one answer must be seen on the wire, got: {len(bodies)}"]
    return answer, unseen + [problem for body in bodies for problem in wire_problems(client, operation, body)]


def paged(client, action, given, whole):
    """Pages of one item each, where boto3 knows that the operation pages and takes a size: all that one answer has, and no more."""
    name = xform_name(action)
    if not client.can_paginate(name):
        return None
    paginator = client.get_paginator(name)
    rest = {key: value for key, value in given.items() if key not in ("MaxRecords", "MaxResults", "PageSize")}
    limit = paginator._pagination_cfg.get("limit_key")
    # Some take no fewer than five.
    least = client.meta.service_model.operation_model(action).input_shape.members[limit].metadata.get("min", 1) if limit else 1
    size = {"PageSize": max(1, least)} if limit else {}
    pages = list(paginator.paginate(**rest, PaginationConfig=size))
    keys = [key.expression for key in paginator.result_keys]
    sizes = [[len(key.search(page) or []) for key in paginator.result_keys] for page in pages]
    all_of = {key.expression: len(key.search(whole) or []) for key in paginator.result_keys}
    seen = {key: sum(size[index] for size in sizes) for index, key in enumerate(keys)}
    most = max((sum(size) for size in sizes), default=0)
    return {"pages": len(pages), "most": most, "takesSize": bool(limit), "all": all_of, "seen": seen}


def said(error):
    return f"{type(error).__name__}: {error}"


calls = {}
for call in asked["calls"]:
    found = {"problems": []}
    try:
        client = client_of(call["client"])
        answer, found["problems"] = ask(client, call["action"], call["input"])
        found["paged"] = paged(client, call["action"], call["input"], answer)
    except (BotoCoreError, ClientError, ElementTree.ParseError, ValueError) as error:
        found["problems"].append(said(error))
    calls[f"{call['client']} {call['action']}"] = found

waiters = []
for waiter in asked["waiters"]:
    try:
        client = client_of(waiter["client"])
        client.get_waiter(waiter["name"]).wait(**waiter["input"], WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        waiters.append("reached")
    except (BotoCoreError, ClientError, WaiterError, ValueError) as error:
        waiters.append(said(error))

json.dump({"calls": calls, "waiters": waiters}, sys.stdout)
