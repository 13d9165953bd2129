-- What happened to a task, in order: [{at (microseconds since the Unix epoch), event, to, attempt, by, token,
-- request}]. In the task's own row, which every transition writes anyway. The statements keep the first entry and
-- the last ninety-nine.
ALTER TABLE tasks ADD COLUMN history jsonb NOT NULL DEFAULT '[]';
