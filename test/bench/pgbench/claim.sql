\set agent random(0, 255)
UPDATE bench_tasks SET status = 1, attempt = attempt + 1, lease_until = now() + interval '60 s' WHERE id = (SELECT id FROM bench_tasks WHERE agent = :agent AND status = 0 AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id AS task, payload \gset
