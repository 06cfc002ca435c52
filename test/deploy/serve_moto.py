"""Moto's server on a free port of this machine, with generic stand-ins for what its CloudFormation cannot make.

Standard input: one line of JSON, the types to stand in for; when it is closed the server ends.
Standard output: one line of JSON when it answers, `{"port": 1234}`.
With --types it prints the types that moto makes itself, and ends.
"""

import json
import os
import sys
import threading

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.core.config import default_user_config
from moto.ec2.models import ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.elbv2.models import FakeTargetGroup, elbv2_backends
from moto.rds.models import DBInstance, DBParameterGroup, rds_backends


class StandIn(CloudFormationModel):
    """A resource with a name and whatever attributes it is asked for, and nothing behind it."""

    # Moto reads the name of a service from it.
    __module__ = "clonekit.stand_in"

    def __init__(self, name):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_type():
        return "Clonekit::Test::StandIn"

    @staticmethod
    def cloudformation_name_type():
        return None

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute_name):
        # Whoever asks for a port wants to reckon with it; anything else is a text.
        return "1" if attribute_name.endswith("Port") else f"{self.physical_resource_id}.{attribute_name}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        # A secret is referred to by its ARN, and moto takes nothing else in a policy.
        is_secret = cls.cloudformation_type().startswith("AWS::SecretsManager::")
        arn = f"arn:aws:secretsmanager:{region_name}:{account_id}:secret:{resource_name}"
        return cls(arn if is_secret else resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass

    def delete(self, account_id, region_name):
        pass


def update_database(original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    properties = cloudformation_json["Properties"]
    changed = {
        "allocated_storage": properties.get("AllocatedStorage"),
        "backup_retention_period": properties.get("BackupRetentionPeriod"),
        "db_instance_class": properties.get("DBInstanceClass"),
        "multi_az": properties.get("MultiAZ"),
    }
    known = {name: value for name, value in changed.items() if value is not None}
    rds_backends[account_id][region_name].modify_db_instance(original_resource.db_instance_identifier, known)
    return original_resource


def delete_database(database, account_id, region_name):
    # Refused, it is tried again when others are gone.
    if database.replicas:
        raise RuntimeError(f"{database.db_instance_identifier} still has replicas")
    rds_backends[account_id][region_name].delete_db_instance(database.db_instance_identifier)


def delete_route_table(table, account_id, region_name):
    backend = ec2_backends[account_id][region_name]
    for association in list(table._associations):
        backend.disassociate_route_table(association)
    backend.delete_route_table(table.id)


def delete_target_group(group, account_id, region_name):
    elbv2_backends[account_id][region_name].delete_target_group(group.arn)


def mend():
    """What moto's CloudFormation gets wrong where moto itself has what it takes."""
    # It hands whoever refers to a parameter group the object, and fails on it.
    DBParameterGroup.physical_resource_id = property(lambda group: group.name)
    # It can change a database by its API, and not by a template.
    DBInstance.update_from_cloudformation_json = staticmethod(update_database)
    # It fails where a type that it makes is asked for an attribute that it has none of.
    CloudFormationModel.get_cfn_attribute = StandIn.get_cfn_attribute
    # It deletes in any order, and loses its way when a primary goes before its replicas.
    DBInstance.delete = delete_database
    # It says that it deleted these, and leaves them; a network with a route table in it cannot go.
    RouteTable.delete = delete_route_table
    FakeTargetGroup.delete = delete_target_group
    # Asked for the outputs of a deleted stack, it makes anew whatever they name: it is to remember it instead.
    delete = parsing.ResourceMap.delete

    def delete_and_remember(resources):
        parsed = dict(resources._parsed_resources)
        delete(resources)
        resources._parsed_resources = parsed

    parsing.ResourceMap.delete = delete_and_remember
    # It forgets a changed resource of a type whose changes it does not know: such a one stays as it was.
    update = parsing.parse_and_update_resource
    parsing.parse_and_update_resource = lambda logical_id, resource, resources, **place: (
        update(logical_id, resource, resources, **place) or resources[logical_id]
    )


def stand_in_for(name):
    return type("StandIn" + name.replace(":", ""), (StandIn,), {"__module__": StandIn.__module__, "cloudformation_type": staticmethod(lambda: name)})


def serve():
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    # Moto would run a custom resource's Lambda function in Docker, and wait for its answer.
    default_user_config["lambda"]["use_docker"] = False
    parsing.CustomModel = StandIn
    mend()
    for name in json.loads(sys.stdin.readline()):
        parsing.get_model_map()[name] = stand_in_for(name)
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(json.dumps({"port": server.server_port}), flush=True)
    # Whoever started it and is gone, however that came about, left its input closed.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    if "--types" in sys.argv:
        print(json.dumps(sorted(parsing.get_model_map())))
    else:
        serve()
