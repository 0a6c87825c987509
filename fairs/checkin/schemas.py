"""Shapes of scans as programs and gate screens send them."""

from __future__ import annotations

from marshmallow import fields, validate

from fairs.checkin.counting import MOST_AT_ONCE, MOST_PEOPLE
from fairs.checkin.entries import METHODS, MOST_SCANS
from fairs.checkin.reading import MOST_SEQ
from fairs.checkin.rules import Direction
from fairs.checkin.states import Verdict
from fairs.core.rest import StrictSchema


class ScanSchema(StrictSchema):
    """One scan of the API. ``id`` is made by the device; ``scanned_at`` carries an offset from UTC.

    ``verdict`` is what a guard was shown without a network; ``clock_offset_ms`` the device's clock minus ours, as it was measured.
    """

    id = fields.String(required=True, validate=validate.Length(1, 40))
    code = fields.String(required=True, validate=validate.Length(1, 1000))
    gate = fields.String(required=True, validate=validate.Length(1, 20))
    direction = fields.String(required=True, validate=validate.OneOf([str(way) for way in Direction]))
    scanned_at = fields.AwareDateTime(required=True, format="iso")
    device = fields.String(load_default="", validate=validate.Length(max=60))
    seq = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_SEQ))
    kind = fields.String(load_default="scan", validate=validate.Equal("scan"))
    method = fields.String(load_default="api", validate=validate.OneOf(METHODS))
    verdict = fields.String(load_default=None, validate=validate.OneOf([str(one) for one in Verdict]))
    clock_offset_ms = fields.Integer(load_default=None, strict=True, validate=validate.Range(-(2**52), 2**52))


class ScanBatch(StrictSchema):
    """1 to 500 scans. Of a program they are taken all or not at all; of an enrolled device each for itself (docs/gates.md).

    ``sent_at`` is the sender's clock when it sends: its times are put right by the difference to ours.
    """

    sent_at = fields.AwareDateTime(load_default=None, format="iso")
    scans = fields.List(fields.Nested(ScanSchema), required=True, validate=validate.Length(1, MOST_SCANS))


class RehearsalQuery(StrictSchema):
    """``?rehearsal_day=``: judge as of this day and count nothing; for those who may set up gates."""

    rehearsal_day = fields.Date(load_default=None)


class BadgeFaceSchema(StrictSchema):
    """Who wears the badge."""

    reference = fields.String()
    category = fields.String()
    name = fields.String()
    passport_name = fields.String()
    company = fields.String()
    country = fields.String()


class ScanResultSchema(StrictSchema):
    """The verdict on one scan; ``counted`` when it made a visit, ``repeated`` when the id was known already.

    Of a device's other events: ``kind`` and ``outcome`` of an act, or the verdict ``quarantined`` with its ``problem``.
    """

    id = fields.String()
    kind = fields.String()
    outcome = fields.String()
    problem = fields.String()
    verdict = fields.String()
    lets_in = fields.Boolean()
    counted = fields.Boolean()
    repeated = fields.Boolean()
    rehearsal = fields.Boolean()
    day = fields.Date()
    scanned_at = fields.AwareDateTime()
    since = fields.AwareDateTime(allow_none=True)
    message = fields.String()
    badge = fields.Nested(BadgeFaceSchema, allow_none=True)


class ScanResults(StrictSchema):
    """One result per scan, in the order of the scans."""

    results = fields.List(fields.Nested(ScanResultSchema))


class CountSchema(StrictSchema):
    """People that a turnstile or sensor counted. ``id`` is made by the device; ``counted_at`` carries an offset from UTC."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    gate = fields.String(required=True, validate=validate.Length(1, 20))
    entries = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_PEOPLE))
    counted_at = fields.AwareDateTime(required=True, format="iso")


class CountBatch(StrictSchema):
    """1 to 500 counts, taken all or not at all."""

    counts = fields.List(fields.Nested(CountSchema), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class CountResultSchema(StrictSchema):
    """A count as kept: the hour to which it was added and the hour's sum; ``repeated`` when the id was known already."""

    id = fields.String()
    day = fields.Date()
    hour = fields.Integer()
    hour_total = fields.Integer()
    repeated = fields.Boolean()


class CountResults(StrictSchema):
    """One result per count, in their order."""

    results = fields.List(fields.Nested(CountResultSchema))
