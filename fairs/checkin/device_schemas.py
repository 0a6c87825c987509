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


class WaySchema(StrictSchema):
    """A way to settle it, with its words."""

    way = fields.String()
    words = fields.String()


class SeenScanSchema(StrictSchema):
    """One of the scans that a conflict is about; ``shown`` is what the guard was shown without a network."""

    gate = fields.String()
    direction = fields.String()
    scanned_at = fields.AwareDateTime()
    device = fields.String()
    verdict = fields.String()
    shown = fields.String()


class OpenConflictSchema(StrictSchema):
    """Something that the gates could not decide; never a code."""

    id = fields.Integer()
    kind = fields.String()
    words = fields.String()
    problem = fields.String()
    noted_at = fields.AwareDateTime()
    name = fields.String()
    company = fields.String()
    category = fields.String()
    reference = fields.String()
    scans = fields.List(fields.Nested(SeenScanSchema))
    ways = fields.List(fields.Nested(WaySchema))


class OpenConflictsSchema(StrictSchema):
    """The newest conflicts to be settled, and how many there are."""

    open = fields.Integer()
    conflicts = fields.List(fields.Nested(OpenConflictSchema))


class SettleSchema(StrictSchema):
    """What holds, and why. ``id`` is made by the device; ``supervisor`` is whose PIN unlocked it, as the bundle names them."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    way = fields.String(required=True, validate=validate.Length(1, 20))
    reason = fields.String(required=True, validate=validate.Length(1, 300))
    supervisor = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, _MOST))


class SettledSchema(StrictSchema):
    """What was decided; the same for the same id."""

    id = fields.String()
    conflict = fields.Integer()
    way = fields.String()
    settled_at = fields.AwareDateTime()
    settled_by = fields.String()
