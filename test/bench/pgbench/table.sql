-- A queue's table with nothing but what the claim needs: one partial index beside the key.
DROP TABLE IF EXISTS bench_tasks;
CREATE TABLE bench_tasks (id bigserial PRIMARY KEY, agent int NOT NULL, status smallint NOT NULL DEFAULT 0,
    attempt int NOT NULL DEFAULT 0, due_at timestamptz NOT NULL DEFAULT now(), lease_until timestamptz,
    acknowledged_at timestamptz, completed_at timestamptz, snapshot text, payload text NOT NULL);
INSERT INTO bench_tasks (agent, payload) SELECT i % 256, repeat('x', 200) FROM generate_series(1, :tasks) i;
CREATE INDEX bench_tasks_pending ON bench_tasks (agent, due_at) WHERE status = 0;
VACUUM ANALYZE bench_tasks;
CHECKPOINT;
