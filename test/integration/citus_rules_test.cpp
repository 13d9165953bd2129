// The rules that keep the schema fit to be spread over a cluster by tenant, held against the catalogue of a
// migrated database and against the text of every statement. The reader of SQL below is rough: it knows
// parentheses, query blocks and table names, and takes what it can't tell for a violation.
#include "db/sql.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace holdfast;

namespace {

using words = std::vector<std::string>;

// The housekeeper's first steps, which ask for the tenants that have something to do, and a figure for
// people.
const std::set<std::string, std::less<>> over_all_tenants{
    "leases_tenants",     "runs_tenants",        "runs_due_in",     "due_agents",        "pending_count",
    "sessions_tenants",   "idempotency_tenants", "freshness_count", "freshness_tenants", "events_tenants",
    "events_old_tenants", "logs_tenants",        "tasks_tenants",   "audit_tenants",     "tenants_list"};

struct token {
    enum class kind : std::uint8_t { word, text, number, parameter, sign, group } what = kind::sign;
    std::string text;
    std::vector<token> inside;
};

using tokens = std::vector<token>;

class reader {
public:
    explicit reader(std::string_view sql) : sql_(sql) {}

    tokens read() {
        tokens out;
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (std::isspace(static_cast<unsigned char>(c)) != 0) {
                ++at_;
            } else if (c == ')') {
                ++at_;
                return out;
            } else if (c == '(') {
                ++at_;
                token group{token::kind::group, "(", {}};
                group.inside = read();
                out.push_back(std::move(group));
            } else {
                out.push_back(one(c));
            }
        }
        return out;
    }

private:
    token one(char c) {
        if (c == '\'') {
            const std::size_t end = sql_.find('\'', at_ + 1);
            return cut(token::kind::text, end == std::string_view::npos ? sql_.size() : end + 1);
        }
        if (c == '$') return cut(token::kind::parameter, past(at_ + 1));
        if (std::isdigit(static_cast<unsigned char>(c)) != 0) return cut(token::kind::number, past(at_));
        if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_')
            return cut(token::kind::word, past(at_));
        return cut(token::kind::sign, at_ + (sql_.substr(at_, 2) == "::" ? 2U : 1U));
    }

    std::size_t past(std::size_t from) const {
        while (from < sql_.size() &&
               (std::isalnum(static_cast<unsigned char>(sql_[from])) != 0 || sql_[from] == '_'))
            ++from;
        return from;
    }

    token cut(token::kind what, std::size_t end) {
        token out{what, std::string(sql_.substr(at_, end - at_)), {}};
        if (what == token::kind::word)
            std::transform(out.text.begin(), out.text.end(), out.text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        at_ = end;
        return out;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

bool one_of(const token& t, std::initializer_list<std::string_view> which) {
    return t.what != token::kind::text && std::find(which.begin(), which.end(), t.text) != which.end();
}

bool is_group(const tokens& in, std::size_t i) {
    return i < in.size() && in[i].what == token::kind::group;
}

bool is(const tokens& in, std::size_t i, std::string_view text) {
    return i < in.size() && in[i].what != token::kind::text && in[i].text == text;
}

bool is_query(const token& t) {
    return t.what == token::kind::group && !t.inside.empty() &&
           one_of(t.inside.front(), {"select", "with", "update", "insert", "delete"});
}

bool is_keyword(const token& t) {
    return one_of(t,
                  {"all",     "and",       "any",       "array",  "as",     "asc",    "between", "by",
                   "case",    "cross",     "delete",    "desc",   "do",     "else",   "end",     "exists",
                   "false",   "for",       "from",      "in",     "insert", "into",   "is",      "join",
                   "lateral", "left",      "limit",     "not",    "null",   "of",     "on",      "or",
                   "order",   "outer",     "returning", "select", "set",    "share",  "skip",    "locked",
                   "then",    "true",      "union",     "update", "using",  "values", "when",    "where",
                   "with",    "conflict",  "nothing",   "group",  "having", "inner",  "right",   "distinct",
                   "only",    "ordinality"});
}

class checker {
public:
    checker(std::string name, std::set<std::string, std::less<>> tables)
        : name_(std::move(name)), tables_(std::move(tables)) {}

    words check(std::string_view sql) {
        const tokens all = reader(sql).read();
        forbidden_words(all);
        changes_ = contains_change(all);
        query(all, false);
        return std::move(findings_);
    }

private:
    struct operands {
        bool now = false;
        bool interval = false;
        bool column = false;
    };

    struct table_use {
        std::string table;
        std::string alias; // or the table's name
    };

    void find(const std::string& what) { findings_.push_back(name_ + ": " + what); }

    void forbidden_words(const tokens& in) {
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (in[i].what == token::kind::group) forbidden_words(in[i].inside);
            if (one_of(in[i], {"current_timestamp", "localtimestamp", "transaction_timestamp"}))
                find("write now() for " + in[i].text);
            if (is_group(in, i + 1) &&
                one_of(in[i], {"clock_timestamp", "statement_timestamp", "timeofday", "random",
                               "gen_random_uuid", "uuid_generate_v4", "nextval"}))
                find(in[i].text + "()");
        }
    }

    static bool contains_change(const tokens& in) {
        if (!in.empty() && one_of(in.front(), {"update", "delete"})) return true;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (in[i].what == token::kind::group && contains_change(in[i].inside)) return true;
            // The statement behind a WITH.
            if (i > 0 && is_group(in, i - 1) && one_of(in[i], {"update", "delete"})) return true;
        }
        return false;
    }

    // CTEs first, then each arm of a UNION.
    void query(const tokens& all, bool materialized) {
        std::size_t i = 0;
        if (is(all, 0, "with")) {
            for (++i; i < all.size(); ++i) {
                bool kept = materialized;
                while (i < all.size() && !is_query(all[i])) {
                    if (is(all, i, "materialized")) kept = !is(all, i - 1, "not");
                    ++i;
                }
                if (i == all.size()) return find("a WITH that can't be read");
                query(all[i].inside, kept);
                if (changes_ && !kept && is(all[i].inside, 0, "select")) times(all[i].inside, false);
                if (!is(all, i + 1, ",")) break;
            }
            ++i;
        }
        tokens arm;
        for (; i < all.size(); ++i) {
            if (!one_of(all[i], {"union", "except", "intersect"})) {
                arm.push_back(all[i]);
                continue;
            }
            block(arm, materialized);
            arm.clear();
            if (is(all, i + 1, "all")) ++i;
        }
        block(arm, materialized);
    }

    void block(const tokens& in, bool materialized) {
        if (in.empty()) return;
        if (is(in, 0, "insert")) inserted(in);
        if (one_of(in.front(), {"update", "delete"})) times(in, false);
        if (!over_all_tenants.contains(name_))
            filters(in);
        else if (locks(in) || !is(in, 0, "select"))
            find("changes or locks rows of all tenants");
        groups(in, materialized);
    }

    void groups(const tokens& in, bool materialized) {
        for (const token& each : in) {
            if (is_query(each)) {
                query(each.inside, materialized);
            } else if (each.what == token::kind::group) {
                for (std::size_t i = 0; i < each.inside.size(); ++i)
                    if (is(each.inside, i, "join")) find("a join in parentheses can't be read");
                groups(each.inside, materialized);
            }
        }
    }

    static bool locks(const tokens& in) {
        for (std::size_t i = 0; i + 1 < in.size(); ++i)
            if (is(in, i, "for") && one_of(in[i + 1], {"update", "share", "no", "key"})) return true;
        return false;
    }

    // The tables of ours that this block reads, updates or deletes from.
    std::vector<table_use> used(const tokens& in) const {
        std::vector<table_use> out;
        bool in_from = false;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (one_of(in[i], {"from", "join", "using"})) in_from = true;
            if (one_of(in[i], {"where", "set", "select", "order", "limit", "returning", "on", "for", "group",
                               "values"}))
                in_from = false;
            if (in[i].what != token::kind::word || !tables_.contains(in[i].text) || i == 0) continue;
            const std::size_t before = is(in, i - 1, "only") && i > 1 ? i - 2 : i - 1;
            const bool target = before == 0 && is(in, 0, "update");
            const bool read =
                one_of(in[before], {"from", "join", "using"}) || (in_from && is(in, before, ","));
            if (!target && !read) continue;
            const std::size_t next = is(in, i + 1, "as") ? i + 2 : i + 1;
            const bool has_alias =
                next < in.size() && in[next].what == token::kind::word && !is_keyword(in[next]);
            out.push_back({in[i].text, has_alias ? in[next].text : in[i].text});
        }
        return out;
    }

    static bool filtered(const tokens& in, const table_use& use, bool alone) {
        for (std::size_t i = 0; i + 2 < in.size(); ++i) {
            if (!is(in, i, "tenant_id") || !is(in, i + 1, "=") || !is(in, i + 2, "$1")) continue;
            const bool qualified = i > 1 && is(in, i - 1, ".");
            if (qualified ? is(in, i - 2, use.alias) : alone) return true;
        }
        return false;
    }

    void filters(const tokens& in) {
        const std::vector<table_use> uses = used(in);
        for (const table_use& each : uses)
            if (!filtered(in, each, uses.size() == 1))
                find("no tenant_id = $1 for " + each.table + " " + each.alias);
        bool in_condition = false;
        for (std::size_t i = 0; i < in.size() && !uses.empty(); ++i) {
            if (is(in, i, "where") || (is(in, i, "on") && !is(in, i + 1, "conflict"))) in_condition = true;
            if (one_of(in[i], {"order", "group", "limit", "returning", "for", "select"}))
                in_condition = false;
            if (in_condition && is(in, i, "or")) find("an OR beside the tenant");
        }
    }

    void inserted(const tokens& in) {
        std::size_t i = 2;
        const std::string table = in.size() > i ? in[i].text : "";
        if (!tables_.contains(table)) return find("an INSERT that can't be read");
        while (i < in.size() && !is_group(in, i)) ++i;
        if (i == in.size() || !is(in[i].inside, 0, "tenant_id")) return find(table + " gets no tenant first");
        for (++i; i < in.size() && !one_of(in[i], {"values", "select"}); ++i) {
        }
        if (is(in, i, "values")) {
            for (; is_group(in, i + 1); i += 2)
                if (!is(in[i + 1].inside, 0, "$1")) find(table + " gets another tenant than $1");
        } else if (!is(in, i + 1, "$1") && !is(in, i + 1, "tenant_id") && !is(in, i + 3, "tenant_id")) {
            find(table + " gets another tenant than $1 or a row's own");
        }
        for (; i < in.size(); ++i)
            if (is(in, i, "do") && is(in, i + 1, "update"))
                if (const tokens rest(in.begin() + static_cast<std::ptrdiff_t>(i), in.end());
                    looked_at(rest).now)
                    return find("now() in DO UPDATE");
    }

    // What an expression, or part of one, is made of.
    static operands looked_at(const tokens& in) {
        operands out;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (in[i].what == token::kind::group) {
                const operands more = looked_at(in[i].inside);
                out = {out.now || more.now, out.interval || more.interval, out.column || more.column};
            }
            if (in[i].what != token::kind::word || is_keyword(in[i])) continue;
            if (i > 0 && is(in, i - 1, "::")) continue;
            if (is(in, i, "interval"))
                out.interval = true;
            else if (is(in, i, "now") && is_group(in, i + 1))
                out.now = true;
            else if (!is_group(in, i + 1))
                out.column = true;
        }
        return out;
    }

    // now() stands alone or with constants; an interval is not added to a column: the one is not IMMUTABLE,
    // nor is the other.
    void times(const tokens& in, bool inside_of_something) {
        int cases = 0;
        bool returning = false;
        operands chain;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const token& t = in[i];
            if (is(in, i, "case")) ++cases;
            if (is(in, i, "end")) --cases;
            if (is(in, i, "returning")) returning = true;
            if (one_of(t, {"+", "-", "*", "/", "::", ".", "[", "]"})) continue;
            const bool linked = i > 0 && one_of(in[i - 1], {"+", "-", "*", "/", ".", "::"});
            const bool argument = t.what == token::kind::group && i > 0 &&
                                  in[i - 1].what == token::kind::word && !is_keyword(in[i - 1]);
            const bool literal = t.what == token::kind::text && is(in, i - 1, "interval");
            if (!linked && !argument && !literal) chain = {};
            if (is_keyword(t)) continue;
            const bool type = i > 0 && is(in, i - 1, "::");
            if (t.what == token::kind::word && !type) {
                const bool call = is_group(in, i + 1);
                const bool is_now = call && t.text == "now";
                chain = {chain.now || is_now, chain.interval || t.text == "interval",
                         chain.column || (!call && t.text != "interval")};
                if (is_now && (inside_of_something || cases > 0 || returning))
                    find("now() inside of CASE, a function or RETURNING of a change");
            } else if (t.what == token::kind::group) {
                const operands within = looked_at(t.inside);
                chain = {chain.now || within.now, chain.interval || within.interval,
                         chain.column || within.column};
                times(t.inside, inside_of_something || (argument && !is_query(t)));
            }
            const bool arithmetic = linked || is_arithmetic(in, i);
            if (arithmetic && chain.column && (chain.now || chain.interval)) {
                find("a time is reckoned from a column outside of a MATERIALIZED CTE");
                chain = {};
            }
        }
    }

    static bool is_arithmetic(const tokens& in, std::size_t i) {
        return i + 1 < in.size() && one_of(in[i + 1], {"+", "-", "*", "/"});
    }

    std::string name_;
    std::set<std::string, std::less<>> tables_;
    bool changes_ = false;
    words findings_;
};

struct catalogue_rule {
    const char* what;
    const char* query;   // what breaks it
    const char* planted; // a break of it
};

#define OUR_TABLES                                                                                           \
    " pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' AND c.relname <> "   \
    "'holdfast_migrations' "

constexpr std::array catalogue_rules{
    catalogue_rule{"tenant_id is a uuid, never null, never generated",
                   "SELECT c.relname FROM" OUR_TABLES
                   "WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM "
                   "pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull AND "
                   "a.atttypid = 'uuid'::regtype AND a.attgenerated = '')",
                   "CREATE TABLE planted (tenant_id uuid, n int, UNIQUE (tenant_id, n))"},
    catalogue_rule{"there is a primary key",
                   "SELECT c.relname FROM" OUR_TABLES
                   "WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM "
                   "pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)",
                   "CREATE TABLE planted (tenant_id uuid NOT NULL)"},
    catalogue_rule{
        "what is unique begins with the tenant",
        "SELECT i.indexrelid::regclass FROM" OUR_TABLES
        "JOIN pg_index i ON i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) WHERE NOT EXISTS "
        "(SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND "
        "a.attnum = i.indkey[0])",
        "CREATE UNIQUE INDEX planted ON tokens (token_hash, tenant_id)"},
    catalogue_rule{
        "foreign keys take the tenant along",
        "SELECT k.conname FROM" OUR_TABLES
        "JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' WHERE NOT EXISTS (SELECT FROM "
        "unnest(k.conkey, k.confkey) AS u(own, other) JOIN pg_attribute a ON a.attrelid = k.conrelid "
        "AND a.attnum = u.own AND a.attname = 'tenant_id' JOIN pg_attribute b ON b.attrelid = "
        "k.confrelid AND b.attnum = u.other AND b.attname = 'tenant_id')",
        "CREATE TABLE planted (tenant_id uuid NOT NULL, a uuid, b uuid, PRIMARY KEY (tenant_id), "
        "FOREIGN KEY (a, b) REFERENCES agents)"},
    catalogue_rule{
        "no foreign key nulls anything",
        "SELECT k.conname FROM" OUR_TABLES
        "JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' WHERE k.confdeltype IN ('n', 'd') "
        "OR k.confupdtype IN ('n', 'd')",
        "CREATE TABLE planted (tenant_id uuid NOT NULL, a uuid, PRIMARY KEY (tenant_id), FOREIGN KEY "
        "(tenant_id, a) REFERENCES agents ON DELETE SET NULL (a))"},
    catalogue_rule{"no triggers",
                   "SELECT t.tgname FROM" OUR_TABLES
                   "JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal",
                   "CREATE TRIGGER planted BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION "
                   "suppress_redundant_updates_trigger()"},
    catalogue_rule{"no rules",
                   "SELECT r.rulename FROM" OUR_TABLES
                   "JOIN pg_rewrite r ON r.ev_class = c.oid AND c.relkind IN ('r', 'p')",
                   "CREATE RULE planted AS ON DELETE TO tasks DO INSTEAD NOTHING"},
    catalogue_rule{"no sequences and no identity", "SELECT c.relname FROM" OUR_TABLES "WHERE c.relkind = 'S'",
                   "ALTER TABLE sessions ADD COLUMN planted bigint GENERATED ALWAYS AS IDENTITY"},
};

std::string broken(const test::scratch_database& in, const catalogue_rule& rule) {
    return in.ask("SELECT coalesce(string_agg(name::text, ', '), '') FROM (" + std::string(rule.query) +
                  ") AS found(name)");
}

struct migrated_database {
    test::scratch_database scratch;

    migrated_database() { test::migrate(scratch); }

    std::set<std::string, std::less<>> tables() const {
        std::string all =
            scratch.ask("SELECT string_agg(c.relname, ' ') FROM" OUR_TABLES "WHERE c.relkind IN ('r', 'p')");
        std::set<std::string, std::less<>> out;
        for (const token& each : reader(all).read()) out.insert(each.text);
        return out;
    }
};

int parameters_of(std::string_view sql) {
    int most = 0;
    for (std::size_t at = sql.find('$'); at != std::string_view::npos; at = sql.find('$', at + 1))
        most = std::max(most, std::atoi(std::string(sql.substr(at + 1, 2)).c_str()));
    return most;
}

words findings_in(std::string_view sql, std::string name = "planted") {
    return checker(std::move(name), {"tasks", "agents", "sessions", "tokens"}).check(sql);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(citus_rules, migrated_database)

BOOST_AUTO_TEST_CASE(the_schema) {
    BOOST_TEST(tables().size() > 8U);
    for (const catalogue_rule& rule : catalogue_rules)
        BOOST_TEST(broken(scratch, rule).empty(), rule.what << ", but for " << broken(scratch, rule));
}

BOOST_AUTO_TEST_CASE(what_breaks_the_schema_is_found) {
    for (const catalogue_rule& rule : catalogue_rules) {
        const migrated_database other;
        other.scratch.execute(rule.planted);
        BOOST_TEST(broken(other.scratch, rule).find("planted") != std::string::npos,
                   rule.what << " is not kept");
    }
}

BOOST_AUTO_TEST_CASE(every_statement) {
    const auto ours = tables();
    std::set<std::string, std::less<>> left = over_all_tenants;
    for (const pg::statement* each : db::sql::all()) {
        left.erase(each->name);
        for (const std::string& finding : checker(each->name, ours).check(each->sql)) BOOST_ERROR(finding);
    }
    BOOST_TEST(left.empty()); // the list of exceptions names statements that are there
}

BOOST_AUTO_TEST_CASE(every_statement_has_a_generic_plan) {
    for (const pg::statement* each : db::sql::all()) {
        std::string nulls;
        for (int i = parameters_of(each->sql); i > 0; --i) nulls += i > 1 ? "NULL, " : "NULL";
        BOOST_TEST_CONTEXT(each->name) {
            if (!nulls.empty()) nulls = "(" + nulls + ")";
            BOOST_CHECK_NO_THROW(scratch.execute("SET plan_cache_mode = force_generic_plan; PREPARE it AS " +
                                                 std::string(each->sql) + "; EXPLAIN EXECUTE it" + nulls));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(citus_rules_self_test)

BOOST_AUTO_TEST_CASE(what_is_well_is_not_found) {
    for (const char* sql : {
             "SELECT 1 FROM tasks WHERE tenant_id = $1 AND (a IS NULL OR a > now() - $2::int * interval '1 "
             "s')",
             "SELECT (SELECT count(*) FROM sessions s WHERE s.tenant_id = $1) FROM tasks t JOIN agents a ON "
             "a.tenant_id = $1 AND a.id = t.agent WHERE t.tenant_id = $1 FOR UPDATE OF t SKIP LOCKED",
             "WITH c AS MATERIALIZED (SELECT id, now() + delay * interval '1 s' AS due FROM tasks WHERE "
             "tenant_id = "
             "$1) UPDATE tasks x SET due = c.due, n = x.n + 1, at = now() + interval '60 s' FROM c WHERE "
             "x.tenant_id = $1 AND x.id = c.id RETURNING x.id",
             "INSERT INTO agents AS a (tenant_id, at) VALUES ($1, now()) ON CONFLICT (tenant_id) DO UPDATE "
             "SET at = "
             "excluded.at WHERE a.at IS NULL OR a.n = 1",
             "INSERT INTO agents (tenant_id) SELECT a.tenant_id FROM unnest($2) AS u(x) JOIN agents a ON "
             "a.tenant_id "
             "= $1",
             "DELETE FROM tasks WHERE tenant_id = $1 AND seen < now() - interval '1 day' AND 'or' <> "
             "'random()'",
         }) {
        const words found = findings_in(sql);
        BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()) << " in " << sql);
    }
}

BOOST_AUTO_TEST_CASE(what_is_planted_is_found) {
    struct planted {
        const char* sql;
        const char* words;
    };

    for (const planted& p : std::initializer_list<planted>{
             {"SELECT 1 FROM tasks WHERE id = $2", "no tenant_id = $1 for tasks"},
             {"SELECT 1 FROM tasks WHERE tenant_id = $2", "no tenant_id = $1 for tasks"},
             {"SELECT 1 FROM tasks WHERE tenant_id = $1 OR id = $2", "OR beside"},
             {"SELECT 1 FROM tasks WHERE (tenant_id = $1 OR id = $2)", "no tenant_id = $1 for tasks"},
             {"SELECT 1 FROM tasks t, agents a WHERE t.tenant_id = $1", "for agents a"},
             {"SELECT 1 FROM tasks t, agents a WHERE tenant_id = $1", "for tasks t"},
             {"SELECT 1 FROM tasks t JOIN agents a ON a.tenant_id = t.tenant_id WHERE t.tenant_id = $1",
              "for agents a"},
             {"SELECT (SELECT max(n) FROM agents) FROM tasks t WHERE tenant_id = $1", "for agents agents"},
             {"SELECT coalesce((SELECT n FROM agents), 1) FROM tasks WHERE tenant_id = $1",
              "for agents agents"},
             {"SELECT 1 FROM tasks t WHERE t.tenant_id = $1 AND EXISTS (SELECT FROM agents a WHERE a.id = "
              "t.agent)",
              "for agents a"},
             {"WITH c AS (SELECT id FROM agents) SELECT 1 FROM tasks WHERE tenant_id = $1",
              "for agents agents"},
             {"WITH c AS (SELECT 1), d AS (DELETE FROM agents) SELECT 1", "for agents agents"},
             {"SELECT 1 FROM tasks WHERE tenant_id = $1 UNION ALL SELECT 2 FROM agents", "for agents agents"},
             {"UPDATE tasks x SET n = 1 FROM agents a WHERE a.tenant_id = $1", "for tasks x"},
             {"UPDATE tasks SET n = 1 WHERE tenant_id = $1 AND id = ANY(ARRAY(SELECT id FROM agents))",
              "for agents"},
             {"DELETE FROM tasks WHERE id = $1", "for tasks tasks"},
             {"SELECT 1 FROM (tasks t JOIN agents a ON a.id = t.agent)", "in parentheses"},
             {"INSERT INTO tasks (id, tenant_id) VALUES ($2, $1)", "no tenant first"},
             {"INSERT INTO tasks (tenant_id, id) VALUES ($1, 1), ($2, 1)", "another tenant"},
             {"INSERT INTO tasks (tenant_id, id) SELECT u.t, u.i FROM unnest($1, $2) AS u(t, i)",
              "another tenant"},
             {"INSERT INTO tasks (tenant_id, at) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET at = "
              "now()",
              "now() in DO UPDATE"},
             {"UPDATE tasks SET due = now() + delay WHERE tenant_id = $1", "reckoned from a column"},
             {"UPDATE tasks SET due = now() + n * interval '1 s' WHERE tenant_id = $1",
              "reckoned from a column"},
             {"UPDATE tasks x SET due = now() + (x.n + 1) * interval '1 s' WHERE tenant_id = $1",
              "from a column"},
             {"UPDATE tasks SET due = now() + least($2, n) * interval '1 s' WHERE tenant_id = $1",
              "from a column"},
             {"UPDATE tasks SET n = 1 WHERE tenant_id = $1 AND lease + interval '1 s' < now()",
              "from a column"},
             {"DELETE FROM tasks WHERE tenant_id = $1 AND (b OR lease < now() - w.delay)", "from a column"},
             {"UPDATE tasks SET due = CASE WHEN b THEN now() END WHERE tenant_id = $1", "inside of CASE"},
             {"UPDATE tasks SET due = coalesce(due, now()) WHERE tenant_id = $1",
              "inside of CASE, a function"},
             {"UPDATE tasks SET n = 1 WHERE tenant_id = $1 RETURNING id, now()", "or RETURNING"},
             {"WITH w AS (SELECT now() + delay AS due FROM unnest($2) AS u(delay)) UPDATE tasks SET due = "
              "w.due FROM "
              "w WHERE tenant_id = $1",
              "from a column"},
             {"UPDATE tasks SET due = w.due FROM (SELECT now() + delay AS due FROM unnest($2) AS u(delay)) "
              "AS w WHERE "
              "tenant_id = $1",
              "from a column"},
             {"UPDATE tasks SET at = clock_timestamp() WHERE tenant_id = $1", "clock_timestamp()"},
             {"SELECT 1 FROM tasks WHERE tenant_id = $1 ORDER BY random()", "random()"},
             {"INSERT INTO tasks (tenant_id, id) VALUES ($1, gen_random_uuid())", "gen_random_uuid()"},
             {"UPDATE tasks SET at = current_timestamp WHERE tenant_id = $1", "write now()"},
         }) {
        const words found = findings_in(p.sql);
        const bool seen = std::any_of(found.begin(), found.end(), [&p](const std::string& each) {
            return each.find(p.words) != std::string::npos;
        });
        BOOST_TEST(seen, "not found: " << p.words << " in " << p.sql);
    }
}

BOOST_AUTO_TEST_CASE(what_asks_all_tenants_only_reads) {
    BOOST_TEST(findings_in("SELECT DISTINCT tenant_id FROM tasks LIMIT $1", "leases_tenants").empty());
    BOOST_TEST(!findings_in("SELECT tenant_id FROM tasks FOR UPDATE SKIP LOCKED", "leases_tenants").empty());
    BOOST_TEST(!findings_in("DELETE FROM tasks", "leases_tenants").empty());
}

BOOST_AUTO_TEST_SUITE_END()
