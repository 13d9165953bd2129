\set agent random(0, 255)
UPDATE bench_tasks SET status = 1, attempt = attempt + 1, lease_until = now() + interval '60 s' WHERE id = (SELECT id FROM bench_tasks WHERE agent = :agent AND status = 0 AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id AS task, payload \gset
UPDATE bench_tasks SET status = 2, acknowledged_at = now(), lease_until = now() + interval '600 s' WHERE id = :task AND agent = :agent AND status = 1;
UPDATE bench_tasks SET status = 3, completed_at = now(), lease_until = NULL, snapshot = '4f6c1e1b5d0e4d0c' WHERE id = :task AND agent = :agent AND status = 2;
