"""Shapes of what devices at the gates say and are told."""

from __future__ import annotations

from marshmallow import fields, validate

from fairs.core.rest import StrictSchema

_MOST = 2**31 - 1


class EnrolSchema(StrictSchema):
    """The code of the QR picture, and what the browser says of itself."""

    code = fields.String(required=True, validate=validate.Length(1, 64))
    facts = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default=dict)


class EnrolledSchema(StrictSchema):
    """The token that the device sends from now on as a bearer token, and where."""

    token = fields.String()
    device = fields.String()
    fair = fields.String()
    fair_name = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date()


class BundleQuery(StrictSchema):
    """``?since=`` the cursor of the bundle that the device has."""

    since = fields.AwareDateTime(load_default=None, format="iso")


class PulseSchema(StrictSchema):
    """What a device says of itself: events that it still keeps, its clock minus the server's, storage and the like."""

    gate = fields.String(load_default="", validate=validate.Length(max=20))
    backlog = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, _MOST))
    clock_offset_ms = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(-_MOST - 1, _MOST)
    )
    facts = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default=dict)


class GateFiguresSchema(StrictSchema):
    """What passed the gate today."""

    passed_in = fields.Integer()
    passed_out = fields.Integer()
    refused = fields.Integer()


class PulseAnswerSchema(StrictSchema):
    """The server's time, by which the device knows its clock, and today's figures."""

    server_time = fields.AwareDateTime()
    visits = fields.Integer()
    inside = fields.Integer()
    gate = fields.Nested(GateFiguresSchema)


class PeopleQuery(StrictSchema):
    """A name or a part of it, with or without accents."""

    name = fields.String(required=True, validate=validate.Length(2, 100))


class FoundPersonSchema(StrictSchema):
    """Somebody with a badge of this fair: who they are, never a code."""

    reference = fields.String()
    name = fields.String()
    company = fields.String()
    country = fields.String()
    category = fields.String()
    is_valid = fields.Boolean()


class PeopleSchema(StrictSchema):
    """At most eight people."""

    people = fields.List(fields.Nested(FoundPersonSchema))
