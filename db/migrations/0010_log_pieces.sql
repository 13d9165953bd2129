-- A log comes in pieces, each named by the byte of the attempt's log at which it begins.
ALTER TABLE task_logs RENAME COLUMN part TO at_byte;
