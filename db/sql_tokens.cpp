#include "db/sql.hpp"
#include "db/sql_columns.hpp"

#define HOLDFAST_TOKEN_COLUMNS "token_id, kind, name, agent_id, created_at, expires_at, max_uses, uses"

namespace holdfast::db::sql {

// $1 tenant, $2 hash. How long it is still good is by the database's clock, which also says when it no longer
// is.
constinit const statement tokens_find{"tokens_find", R"(
SELECT token_id, kind, agent_id, (extract(epoch FROM expires_at - now()) * 1000000)::bigint FROM tokens
 WHERE tenant_id = $1 AND token_hash = $2::bytea AND revoked_at IS NULL
   AND (expires_at IS NULL OR expires_at > now()))"};

constinit const statement tokens_is_good{"tokens_is_good", R"(
SELECT 1 FROM tokens
 WHERE tenant_id = $1 AND token_id = $2::uuid AND revoked_at IS NULL
   AND (expires_at IS NULL OR expires_at > now()))"};

// $1 tenant, $2 token, $3 hash, $4 kind, $5 name, $6 agent, $7 expires at, $8 uses at the most,
// $9 notes. No row: there is no such agent; the lock keeps its deletion, which revokes what it has, out.
constinit const statement tokens_create{"tokens_create", R"(
WITH a AS MATERIALIZED (
  SELECT agent_id FROM agents
   WHERE tenant_id = $1 AND agent_id = $6::uuid AND deleted_at IS NULL FOR KEY SHARE
), made AS (
  INSERT INTO tokens (tenant_id, token_id, token_hash, kind, name, agent_id, expires_at, max_uses)
  SELECT $1, $2::uuid, $3::bytea, $4::text, $5::text, $6::uuid, $7::timestamptz, $8::int
   WHERE $6::uuid IS NULL OR EXISTS (SELECT FROM a)
  RETURNING )" HOLDFAST_TOKEN_COLUMNS R"(
), noted AS (
  )" HOLDFAST_AUDIT("$9", "made", "'{}'") R"(
)
SELECT )" HOLDFAST_TOKEN_COLUMNS " FROM made"};

// $1 tenant, $2 before, $3 limit, $4 agent; null: any.
constinit const statement tokens_list{"tokens_list", "SELECT " HOLDFAST_TOKEN_COLUMNS R"( FROM tokens
 WHERE tenant_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR token_id < $2)
   AND ($4::uuid IS NULL OR agent_id = $4)
 ORDER BY token_id DESC LIMIT $3::int)"};

// $1 tenant, $2 token, $3 notes. No row: there is none that is still good.
constinit const statement tokens_revoke{"tokens_revoke", R"(
WITH gone AS (
  UPDATE tokens SET revoked_at = now() WHERE tenant_id = $1 AND token_id = $2::uuid AND revoked_at IS NULL
  RETURNING token_id, kind, name
), noted AS (
  )" HOLDFAST_AUDIT("$3", "gone", "jsonb_build_object('kind', kind, 'name', name)") R"(
)
SELECT token_id FROM gone)"};

constinit const statement tenants_create{"tenants_create",
                                         "INSERT INTO tenants (tenant_id, name) VALUES ($1, $2)"};

// $1 before, $2 limit.
constinit const statement tenants_list{"tenants_list", R"(
SELECT tenant_id, name, created_at FROM tenants WHERE $1::uuid IS NULL OR tenant_id < $1
 ORDER BY tenant_id DESC LIMIT $2::int)"};

} // namespace holdfast::db::sql
