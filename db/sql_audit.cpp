#include "db/sql.hpp"
#include "db/sql_columns.hpp"

namespace holdfast::db::sql {

// $1 tenant, $2 notes. In the transaction that makes the change.
constinit const statement audit_add{"audit_add", HOLDFAST_AUDIT("$2", "(SELECT) AS one", "'{}'")};

// $1 tenant, $2 before, $3 limit, $4 action or family, $5 token, $6 subject, $7 since, $8 until; null: any.
constinit const statement audit_list{"audit_list", R"(
SELECT a.audit_id, a.at, a.action, a.subject_id, a.by, a.token_id, k.name, a.request_id, a.address, a.details
  FROM audit a LEFT JOIN tokens k ON k.tenant_id = $1 AND k.token_id = a.token_id
 WHERE a.tenant_id = $1 AND ($2::uuid IS NULL OR a.audit_id < $2)
   AND ($4::text IS NULL OR $4 IN (a.action, split_part(a.action, '.', 1)))
   AND ($5::uuid IS NULL OR a.token_id = $5) AND ($6::uuid IS NULL OR a.subject_id = $6)
   AND ($7::timestamptz IS NULL OR a.at >= $7) AND ($8::timestamptz IS NULL OR a.at < $8)
 ORDER BY a.audit_id DESC LIMIT $3::int)"};

} // namespace holdfast::db::sql
