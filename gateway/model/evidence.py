"""Who checked it and what proves it: verification, label, signatures, attachments."""

from __future__ import annotations

from gateway.model.base import Amount, Day, Names, Part, Text


class Verification(Part):
    """A verification, validation or review. It covers only the result sets it names."""

    id: str = "verification"
    kind: Text = None
    body_name: Names = None
    body_uscc: Text = None
    cnca_approval: Text = None
    cnas_number: Text = None
    notified_body_number: Text = None
    accreditation_scope: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    assurance: Text = None
    materiality: Amount = None
    statement_number: Text = None
    date: Day = None
    site_visits: tuple[str, ...] = ()
    scope: Text = None
    opinion: Text = None
    lead_verifier: Text = None
    report_digest: Text = None
    covers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class Label(Part):
    """A label or certificate that shows a footprint."""

    scheme: Text = None
    certificate_number: Text = None
    value: Amount = None
    rule_number: Text = None
    model: Text = None
    valid_from: Day = None
    valid_until: Day = None
    status: Text = None
    url: Text = None


class Signatures(Part):
    """Signatures that came inside the document, as text; they are checked over bytes elsewhere."""

    sm2: Text = None
    seal: Text = None
    tsa: Text = None
    international: Text = None


class Attachment(Part):
    """A file that belongs to the declaration, by digest."""

    name: Text = None
    type: Text = None
    sm3: Text = None
    sha256: Text = None
    confidentiality: Text = None
