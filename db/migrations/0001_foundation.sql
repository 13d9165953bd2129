-- Every table begins with tenant_id, in every key and every index that a one-tenant query uses, so that the
-- schema can be spread over a cluster by tenant. No triggers, no sequences, no names of constraints in code.

CREATE TABLE tenants (
    tenant_id  uuid PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE agents (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    agent_id      uuid NOT NULL,
    hostname      text NOT NULL,
    enrolled_by   text NOT NULL CHECK (enrolled_by IN ('enroll', 'shared')),
    os            text NOT NULL DEFAULT '',
    arch          text NOT NULL DEFAULT '',
    version       text NOT NULL DEFAULT '',
    ip            text NOT NULL DEFAULT '',
    metadata      jsonb,
    registered_at timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, agent_id)
);
CREATE UNIQUE INDEX agents_hostname ON agents (tenant_id, lower(hostname));

-- What every poll and heartbeat writes: narrow and apart, so that the wide row above stays where it is.
CREATE TABLE agent_contacts (
    tenant_id          uuid NOT NULL,
    agent_id           uuid NOT NULL,
    last_seen_at       timestamptz NOT NULL,
    uptime_seconds     bigint,
    last_backup_status text,
    disks              jsonb,
    PRIMARY KEY (tenant_id, agent_id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- The newest poll of each session of an agent: an older one is given nothing any more.
CREATE TABLE sessions (
    tenant_id uuid NOT NULL,
    agent_id  uuid NOT NULL,
    session   text NOT NULL,
    poll_id   uuid NOT NULL,
    address   text NOT NULL,
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, session),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE tokens (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    token_id   uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    kind       text NOT NULL CHECK (kind IN ('root', 'admin', 'operator', 'viewer', 'enroll', 'agent', 'fleet')),
    name       text NOT NULL,
    agent_id   uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    max_uses   int,
    uses       int NOT NULL DEFAULT 0,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, token_id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents ON DELETE CASCADE
);
CREATE UNIQUE INDEX tokens_hash ON tokens (tenant_id, token_hash);

-- Which agents a fleet token registered, and so may act for.
CREATE TABLE fleet_members (
    tenant_id uuid NOT NULL,
    token_id  uuid NOT NULL,
    agent_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, token_id, agent_id),
    FOREIGN KEY (tenant_id, token_id) REFERENCES tokens ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents ON DELETE CASCADE
);

CREATE TABLE policies (
    tenant_id        uuid NOT NULL REFERENCES tenants,
    policy_id        uuid NOT NULL,
    name             text NOT NULL,
    description      text,
    schedule         text NOT NULL,
    check_schedule   text,
    prune_schedule   text,
    timezone         text NOT NULL,
    spread_seconds   int NOT NULL,
    overlap          text NOT NULL CHECK (overlap IN ('skip', 'queue')),
    on_missed        text NOT NULL CHECK (on_missed IN ('once', 'skip')),
    min_gap_seconds  int NOT NULL,
    max_age_seconds  bigint,
    include_paths    text[] NOT NULL,
    exclude_paths    text[] NOT NULL,
    repository       text NOT NULL,
    repository_spec  jsonb,
    retention        jsonb,
    execution_params jsonb,
    max_attempts     int NOT NULL,
    enabled          boolean NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, policy_id)
);
CREATE UNIQUE INDEX policies_name ON policies (tenant_id, name);

-- attempt counts offers, failures counts failed attempts (max_attempts is held against these). order_at is
-- the order of handing out, not_before holds a task back (retry delay, release).
CREATE TABLE tasks (
    tenant_id        uuid NOT NULL,
    task_id          uuid NOT NULL,
    agent_id         uuid NOT NULL,
    policy_id        uuid NOT NULL,
    task_type        text NOT NULL CHECK (task_type IN ('backup', 'check', 'prune')),
    status           text NOT NULL DEFAULT 'pending'
                     CHECK (status IN ('pending', 'assigned', 'in-progress', 'completed', 'failed', 'cancelled')),
    attempt          int NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    failures         int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    max_attempts     int NOT NULL CHECK (max_attempts BETWEEN 1 AND 100),
    created_at       timestamptz NOT NULL,
    scheduled_for    timestamptz,
    order_at         timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(scheduled_for, created_at)) STORED,
    not_before       timestamptz,
    assigned_at      timestamptz,
    lease_until      timestamptz,
    session          text,
    poll_id          uuid,
    acknowledged_at  timestamptz,
    completed_at     timestamptz,
    last_attempt_failed boolean NOT NULL DEFAULT false,
    result_id        uuid,
    error_category   text,
    error_message    text,
    duration_seconds double precision,
    snapshot_id      text,
    release_reason   text,
    repository       text NOT NULL,
    include_paths    text[] NOT NULL,
    exclude_paths    text[] NOT NULL,
    retention        jsonb,
    execution_params jsonb,
    statistics       jsonb,
    PRIMARY KEY (tenant_id, task_id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents,
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    CHECK ((lease_until IS NOT NULL) = (status IN ('assigned', 'in-progress')))
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1,
        autovacuum_analyze_scale_factor = 0.05);

-- Only what waits, in the order of handing out: finished tasks cost this index nothing.
CREATE INDEX tasks_pending ON tasks (tenant_id, agent_id, order_at, created_at, task_id) WHERE status = 'pending';
-- What an agent holds now: offered again to its session, renewed by its heartbeat.
CREATE INDEX tasks_held ON tasks (tenant_id, agent_id) WHERE status IN ('assigned', 'in-progress');
-- The housekeeper's question, over all tenants: which leases ended? What came due?
CREATE INDEX tasks_leases ON tasks (lease_until) WHERE status IN ('assigned', 'in-progress');
CREATE INDEX tasks_due ON tasks (order_at) WHERE status = 'pending';
CREATE INDEX tasks_not_before ON tasks (not_before) WHERE status = 'pending' AND not_before IS NOT NULL;
-- Lists, newest first: task_id is ordered by time.
CREATE INDEX tasks_of_agent ON tasks (tenant_id, agent_id, task_id);

CREATE TABLE task_logs (
    tenant_id uuid NOT NULL,
    task_id   uuid NOT NULL,
    attempt   int NOT NULL,
    part      int NOT NULL,
    body      text NOT NULL,
    PRIMARY KEY (tenant_id, task_id, attempt, part),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks ON DELETE CASCADE
);

CREATE TABLE idempotency_keys (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    key        text NOT NULL,
    digest     bytea NOT NULL,
    task_ids   uuid[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- The one tenant that is there from the start.
INSERT INTO tenants (tenant_id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'default');
