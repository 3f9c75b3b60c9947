"""Bodies of wishes about finished patrols: what people decide, and what is contested."""

from api.bodies.shapes import Code, Id, Text, WriteBody


class PatrolApprovalBody(WriteBody, frozen=True, kw_only=True):
    """Approve a patrol that was referred to a person: it is credited at once."""

    claim: Id
    reason: Code | None = None
    note: Text | None = None


class PatrolRejectionBody(WriteBody, frozen=True, kw_only=True):
    """Reject a patrol that was referred to a person, for a reason of the scheme."""

    claim: Id
    reason: Code
    note: Text | None = None


class PatrolAppealBody(WriteBody, frozen=True, kw_only=True):
    """Contest a rejection, in time."""

    claim: Id
    note: Text | None = None


class PatrolAppealDecisionBody(WriteBody, frozen=True, kw_only=True):
    """Grant or deny an appeal: by somebody who had no part in the rejection. Granted, the patrol is credited."""

    claim: Id
    granted: bool
    reason: Code
    note: Text | None = None
