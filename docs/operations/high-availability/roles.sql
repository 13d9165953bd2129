-- Once, on the leader, as postgres
CREATE ROLE holdfast_owner LOGIN PASSWORD '@OWNER_PASSWORD@';
CREATE ROLE holdfast LOGIN PASSWORD '@SERVING_PASSWORD@';
CREATE DATABASE holdfast OWNER holdfast_owner;
