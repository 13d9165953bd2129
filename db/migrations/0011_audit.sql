-- What operators changed: a row for each request that changed something, written with the change. audit_id is a
-- version 7 UUID, so that newest first is the key's order. No keys to what a row speaks of, which it outlives. by is
-- the kind of the token, or 'command line'; the token's row, which stays when it is revoked, has its name. What an
-- action is about is said by its name: 'policy.create' is about the policy subject_id (null: about several).
CREATE TABLE audit (
    tenant_id  uuid NOT NULL,
    audit_id   uuid NOT NULL,
    at         timestamptz NOT NULL,
    by         text NOT NULL,
    token_id   uuid,
    request_id text,
    address    text,
    action     text NOT NULL,
    subject_id uuid,
    details    jsonb NOT NULL,
    PRIMARY KEY (tenant_id, audit_id)
);
CREATE INDEX audit_of_subject ON audit (tenant_id, subject_id, audit_id) WHERE subject_id IS NOT NULL;
