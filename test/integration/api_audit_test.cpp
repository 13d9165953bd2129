// The audit trail on the real program: one entry for each request of an operator that changes something, none
// for any other. Which calls these are is read from the description that the server serves.
#include "test/support/server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bj = boost::json;

using holdfast::net::verb;
using holdfast::net::verb_from;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::task_body;

namespace {

constexpr const char* nobody = "01890000-0000-7000-8000-000000000000";

std::string policy_body(const std::string& name, const std::string& more = "") {
    return R"({"name":")" + name + R"(","schedule":"@daily","includePaths":["/etc"],"repository":"/b")" +
           more + "}";
}

struct caller {
    std::string kind;
    std::string id;
    client web;
};

struct audited_fleet : fleet {
    explicit audited_fleet(std::vector<std::string> more_arguments = {})
        : fleet(std::move(more_arguments)),
          oper(make_caller("operator")),
          admin(make_caller("admin")),
          by_root{"root", home.database().ask("SELECT token_id FROM tokens WHERE kind = 'root'"),
                  client(context, server, home.root_token())} {}

    std::string token(const std::string& kind) {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"a )" + kind + "\"}").text("token");
    }

    caller make_caller(const std::string& kind) {
        const answer made = root.post("/tokens", R"({"kind":")" + kind + R"(","name":"a )" + kind + "\"}");
        BOOST_TEST_REQUIRE(made.status == 201U);
        return {kind, made.text("tokenId"), client(context, server, made.text("token"))};
    }

    caller& caller_of(std::string_view kind) {
        if (kind == "operator") return oper;
        return kind == "admin" ? admin : by_root;
    }

    std::string make_policy(const std::string& more = "") {
        return root.post("/policies", policy_body("pol" + std::to_string(++names), more)).text("policyId");
    }

    std::string make_agent() { return register_agent("a" + std::to_string(++names)); }

    std::string assigned_policy(const std::string& to) {
        std::string id = make_policy();
        BOOST_TEST_REQUIRE(root.post("/policies/" + id + "/agents/" + to).status == 204U);
        return id;
    }

    std::string cancelled_task() {
        std::string id = make_task(agent);
        BOOST_TEST_REQUIRE(root.post("/tasks/" + id + "/cancel").status == 200U);
        return id;
    }

    bj::array entries(const std::string& query = "?limit=200") {
        const answer page = root.get("/audit" + query);
        BOOST_TEST_REQUIRE(page.status == 200U, page.raw.body);
        return page.body.at("items").as_array();
    }

    [[nodiscard]] std::string count(const std::string& condition = "true") const {
        return home.database().ask("SELECT count(*) FROM audit WHERE " + condition);
    }

    // What operators can change, but for what schedules do meanwhile.
    [[nodiscard]] std::string everything() const {
        return home.database().ask(
            "SELECT md5(string_agg(x, ' ' ORDER BY x)) FROM (SELECT agents::text AS x FROM agents"
            " UNION ALL SELECT policies::text FROM policies UNION ALL SELECT tokens::text FROM tokens"
            " UNION ALL SELECT policy_id || '/' || agent_id FROM policy_agents"
            " UNION ALL SELECT tasks::text FROM tasks WHERE NOT planned"
            " UNION ALL SELECT tenants::text FROM tenants) AS t");
    }

    caller oper;
    caller admin;
    caller by_root;
    int names = 0;
};

struct request {
    std::string target;
    std::string body = {};
    std::string subject = {};   // its id; or the member of the answer that has it
    std::string details = "{}"; // $: the subject's id
    unsigned status = 200;
};

struct deed {
    std::string_view call;
    std::string_view action;
    std::string_view by;
    request (*change)(audited_fleet&); // makes ready, and says what to ask
    std::vector<request> (*in_vain)(audited_fleet&, const request& before); // what changes nothing, after it

    [[nodiscard]] verb method() const { return verb_from(call.substr(0, call.find(' '))).value(); }
};

using requests = std::vector<request>;

request refused(unsigned status, std::string target, std::string body = "") {
    return {std::move(target), std::move(body), "", "", status};
}

request again(const request& before, unsigned status) {
    return refused(status, before.target, before.body);
}

constexpr const char* replaced =
    R"(,"enabled":false,"repository":{"type":"fs","path":"/c"},"retention":{"keepLast":2})";

// Every call that changes something and is not an agent's.
const std::array deeds{
    deed{"POST /agents/register", "agent.register", "operator",
         [](audited_fleet&) {
             return request{"/agents/register", R"({"hostname":"new"})", "agentId",
                            R"({"hostname":"new","created":true})", 201};
         },
         [](audited_fleet&, const request&) {
             return requests{refused(400, "/agents/register", R"({"hostname":"not one"})")};
         }},
    deed{
        "PATCH /agents/{agentId}", "agent.change", "operator",
        [](audited_fleet& f) {
            const std::string body =
                R"({"maxConcurrentTasks":3,"maxConcurrentTasksByType":{"check":1,"prune":null},"paused":true,"pauseNote":"moved"})";
            const std::string id = f.make_agent();
            return request{"/agents/" + id, body, id, body};
        },
        [](audited_fleet&, const request& before) {
            const std::string elsewhere = std::string("/agents/") + nobody;
            return requests{again(before, 200), refused(404, elsewhere, before.body),
                            refused(400, before.target, R"({"maxConcurrentTasks":0})"),
                            refused(200, before.target, "{}")};
        }},
    deed{"DELETE /agents/{agentId}", "agent.delete", "operator",
         [](audited_fleet& f) {
             const std::string id = f.make_agent();
             const std::string task = f.make_task(id);
             const std::string name = "a" + std::to_string(f.names);
             return request{"/agents/" + id + "?force=true", "", id,
                            R"({"force":true,"hostname":")" + name + "\"}", 204};
         },
         [](audited_fleet& f, const request& before) {
             const std::string busy = f.make_agent();
             const std::string task = f.make_task(busy);
             return requests{again(before, 404), refused(409, "/agents/" + busy)};
         }},
    deed{"POST /policies", "policy.create", "operator",
         [](audited_fleet&) {
             return request{"/policies", policy_body("fresh"), "policyId", R"({"name":"fresh"})", 201};
         },
         [](audited_fleet&, const request& before) {
             return requests{again(before, 409), refused(400, "/policies", policy_body("a b"))};
         }},
    deed{"PUT /policies/{policyId}", "policy.replace", "operator",
         [](audited_fleet& f) {
             const std::string id = f.make_policy();
             return request{"/policies/" + id, policy_body("other", replaced), id,
                            R"({"name":"other","changed":["enabled","name","repository","retention"]})"};
         },
         [](audited_fleet&, const request& before) {
             const std::string elsewhere = std::string("/policies/") + nobody;
             return requests{again(before, 200), refused(404, elsewhere, policy_body("third")),
                             refused(409, before.target, policy_body("nightly")),
                             refused(400, before.target, "{}")};
         }},
    deed{"DELETE /policies/{policyId}", "policy.delete", "operator",
         [](audited_fleet& f) {
             const std::string id = f.make_policy();
             const std::string name = "pol" + std::to_string(f.names);
             return request{"/policies/" + id, "", id, R"({"name":")" + name + "\"}", 204};
         },
         [](audited_fleet& f, const request& before) {
             return requests{again(before, 404), refused(409, "/policies/" + f.assigned_policy(f.agent))};
         }},
    deed{"POST /policies/{policyId}/agents/{agentId}", "policy.assign", "operator",
         [](audited_fleet& f) {
             const std::string id = f.make_policy();
             return request{"/policies/" + id + "/agents/" + f.agent, "", id,
                            R"({"agentId":")" + f.agent + "\"}", 204};
         },
         [](audited_fleet& f, const request& before) {
             return requests{again(before, 204), refused(404, "/policies/" + f.policy + "/agents/" + nobody)};
         }},
    deed{"DELETE /policies/{policyId}/agents/{agentId}", "policy.unassign", "operator",
         [](audited_fleet& f) {
             const std::string id = f.assigned_policy(f.agent);
             return request{"/policies/" + id + "/agents/" + f.agent, "", id,
                            R"({"agentId":")" + f.agent + "\"}", 204};
         },
         [](audited_fleet& f, const request& before) {
             return requests{again(before, 204), refused(404, "/policies/" + f.policy + "/agents/" + nobody)};
         }},
    deed{"POST /policies/{policyId}/run", "policy.run", "operator",
         [](audited_fleet& f) {
             const std::string id = f.assigned_policy(f.agent);
             return request{"/policies/" + id + "/run", R"({"taskType":"check"})", id,
                            R"({"count":1,"taskIds":["%"],"taskType":"check"})", 201};
         },
         [](audited_fleet& f, const request& before) {
             const std::string other = R"({"agentIds":[")" + f.make_agent() + "\"]}";
             return requests{refused(201, "/policies/" + f.make_policy() + "/run", "{}"),
                             refused(400, before.target, other),
                             refused(404, std::string("/policies/") + nobody + "/run", "{}")};
         }},
    deed{"POST /tasks", "task.create", "operator",
         [](audited_fleet& f) {
             return request{"/tasks", task_body(f.agent, f.policy), "taskId",
                            R"({"count":1,"taskIds":["$"]})", 201};
         },
         [](audited_fleet& f, const request& before) {
             const std::string half =
                 R"({"tasks":[)" + before.body + ',' + task_body(nobody, f.policy) + "]}";
             return requests{refused(404, "/tasks", half), refused(400, "/tasks", R"({"tasks":[]})")};
         }},
    deed{"POST /tasks/{taskId}/cancel", "task.cancel", "operator",
         [](audited_fleet& f) {
             const std::string id = f.make_task(f.agent);
             return request{"/tasks/" + id + "/cancel", "", id, R"({"agentId":")" + f.agent + "\"}"};
         },
         [](audited_fleet&, const request& before) {
             return requests{again(before, 200), refused(404, std::string("/tasks/") + nobody + "/cancel")};
         }},
    deed{"POST /tasks/{taskId}/retry", "task.retry", "operator",
         [](audited_fleet& f) {
             const std::string id = f.cancelled_task();
             return request{"/tasks/" + id + "/retry", "", id, R"({"agentId":")" + f.agent + "\"}"};
         },
         [](audited_fleet&, const request& before) {
             return requests{again(before, 200), refused(404, std::string("/tasks/") + nobody + "/retry")};
         }},
    deed{"POST /tenants", "tenant.create", "root",
         [](audited_fleet&) {
             return request{"/tenants", R"({"name":"acme"})", "tenantId", R"({"name":"acme"})", 201};
         },
         [](audited_fleet&, const request&) { return requests{refused(400, "/tenants", R"({"name":""})")}; }},
    deed{"POST /tokens", "token.create", "admin",
         [](audited_fleet& f) {
             return request{"/tokens",
                            R"({"kind":"agent","name":"x","expiresAt":"2200-01-01T00:00:00Z","agentId":")" +
                                f.agent + "\"}",
                            "tokenId",
                            R"({"kind":"agent","name":"x","expiresAt":"2200-01-01T00:00:00Z","agentId":")" +
                                f.agent + "\"}",
                            201};
         },
         [](audited_fleet&, const request&) {
             return requests{
                 refused(400, "/tokens", R"({"kind":"root","name":"x"})"),
                 refused(404, "/tokens",
                         R"({"kind":"agent","name":"x","agentId":")" + std::string(nobody) + "\"}")};
         }},
    deed{"DELETE /tokens/{tokenId}", "token.revoke", "admin",
         [](audited_fleet& f) {
             const std::string id = f.make_caller("viewer").id;
             return request{"/tokens/" + id, "", id, R"({"kind":"viewer","name":"a viewer"})", 204};
         },
         [](audited_fleet&, const request& before) { return requests{again(before, 404)}; }},
};

std::string with_ids(std::string text, char mark, const std::string& id) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
        text.replace(at, 1, id);
    return text;
}

std::string first_task_of(const answer& got) {
    if (!got.body.is_object()) return "";
    const auto* ids = got.body.as_object().if_contains("taskIds");
    return ids != nullptr && !ids->as_array().empty() ? std::string(ids->at(0).as_string()) : "";
}

std::string text_of(const bj::value& entry, std::string_view member) {
    const auto* found = entry.as_object().if_contains(member);
    return found != nullptr ? std::string(found->as_string()) : "";
}

std::set<std::string> changing_calls(const bj::value& document) {
    const std::array changing{std::pair{"post", "POST "}, std::pair{"put", "PUT "},
                              std::pair{"patch", "PATCH "}, std::pair{"delete", "DELETE "}};
    std::set<std::string> out;
    for (const auto& [path, item] : document.at("paths").as_object())
        for (const auto& [word, name] : changing) {
            const auto* call = item.as_object().if_contains(word);
            if (call == nullptr) continue;
            const auto& kinds = call->at("x-tokens").as_array();
            const auto has = [&](std::string_view kind) {
                return std::ranges::any_of(kinds, [&](const bj::value& k) { return k.as_string() == kind; });
            };
            if (has("operator") || !has("agent")) out.insert(name + std::string(path));
        }
    return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_audit, audited_fleet)

BOOST_AUTO_TEST_CASE(no_changing_call_is_forgotten_here) {
    const bj::value document = root.get("/openapi.json").body;
    std::set<std::string> described;
    for (const auto& each : document.at_pointer("/components/schemas/AuditAction/enum").as_array())
        described.emplace(each.as_string());
    std::set<std::string> calls;
    std::set<std::string> actions;
    for (const deed& each : deeds) {
        calls.emplace(each.call);
        actions.emplace(each.action);
    }
    BOOST_TEST(calls == changing_calls(document), boost::test_tools::per_element());
    BOOST_TEST(actions == described, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_change_has_one_entry_and_what_changes_nothing_none) {
    for (const deed& each : deeds) {
        BOOST_TEST_CONTEXT(each.action) {
            caller& who = caller_of(each.by);
            const request asked = each.change(*this);
            const answer got = who.web.call(each.method(), asked.target, asked.body);
            BOOST_TEST_REQUIRE(got.status == asked.status, got.raw.body);
            const std::string id(got.raw.header("X-Request-Id"));
            BOOST_TEST(count("request_id = '" + id + "'") == "1");
            const bj::value newest = entries("?limit=1").at(0);
            const std::string named = got.body.is_object() ? got.text(asked.subject) : "";
            const std::string subject = named.empty() ? asked.subject : named;
            const std::string details =
                with_ids(with_ids(asked.details, '$', subject), '%', first_task_of(got));
            BOOST_TEST(text_of(newest, "requestId") == id);
            BOOST_TEST(text_of(newest, "action") == each.action);
            BOOST_TEST(text_of(newest, "subjectKind") == each.action.substr(0, each.action.find('.')));
            BOOST_TEST(text_of(newest, "subjectId") == subject);
            BOOST_TEST(text_of(newest, "by") == each.by);
            BOOST_TEST(text_of(newest, "tokenId") == who.id);
            BOOST_TEST(!text_of(newest, "tokenName").empty());
            BOOST_TEST(text_of(newest, "address") == "127.0.0.1");
            BOOST_TEST(newest.at("details") == bj::parse(details));
            for (const request& vain : each.in_vain(*this, asked)) {
                const answer nothing = who.web.call(each.method(), vain.target, vain.body);
                BOOST_TEST(nothing.status == vain.status, nothing.raw.body);
                const std::string of(nothing.raw.header("X-Request-Id"));
                BOOST_TEST(count("request_id = '" + of + "'") == "0", vain.target << ' ' << vain.body);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(without_its_entry_there_is_no_change) {
    home.database().execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no entry'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON audit FOR EACH ROW"
        " WHEN (NEW.by <> 'root' OR NEW.action = 'tenant.create') EXECUTE FUNCTION refuse()");
    for (const deed& each : deeds) {
        BOOST_TEST_CONTEXT(each.action) {
            const request asked = each.change(*this);
            const std::string before = everything();
            const answer got = caller_of(each.by).web.call(each.method(), asked.target, asked.body);
            BOOST_TEST(got.status == 500U, got.raw.body);
            BOOST_TEST(everything() == before);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_for_many_tasks_has_one_entry) {
    std::string body = R"({"tasks":[)";
    for (int i = 0; i < 1000; ++i) body += (i == 0 ? "" : ",") + task_body(agent, policy);
    const std::string before = count();
    BOOST_TEST_REQUIRE(oper.web.post("/tasks", body + "]}").status == 201U);
    BOOST_TEST(std::stoi(count()) == std::stoi(before) + 1);
    const bj::value newest = entries("?limit=1").at(0);
    BOOST_TEST(newest.at("details").at("count").as_int64() == 1000);
    BOOST_TEST(newest.at("details").at("taskIds").as_array().size() == 20U);
    BOOST_TEST(!newest.as_object().contains("subjectId"));
}

BOOST_AUTO_TEST_CASE(a_repeated_key_has_the_entry_of_the_first) {
    const holdfast::net::header_list key{{"Idempotency-Key", "once"}};
    const std::string body = task_body(agent, policy);
    const answer first = oper.web.post("/tasks", body, key);
    const answer second = oper.web.post("/tasks", body, key);
    BOOST_TEST_REQUIRE(second.status == 201U);
    BOOST_TEST_REQUIRE(second.text("taskId") == first.text("taskId"));
    BOOST_TEST(count("subject_id = '" + first.text("taskId") + "'") == "1");
}

BOOST_AUTO_TEST_CASE(a_known_agent_that_an_operator_registers_is_an_entry) {
    const std::string id =
        root.post("/agents/register", R"({"hostname":"FIRST","os":"linux"})").text("agentId");
    BOOST_TEST_REQUIRE(id == agent);
    BOOST_TEST(entries("?limit=1").at(0).at("details") ==
               bj::parse(R"({"hostname":"FIRST","created":false})"));
}

BOOST_AUTO_TEST_CASE(what_agents_do_has_no_entry) {
    const std::string task = make_task(agent);
    client shared(context, server, token("fleet"));
    client enroll(context, server, token("enroll"));
    const std::string before = count();
    BOOST_TEST(shared.post("/agents/register", R"({"hostname":"web"})").status == 201U);
    BOOST_TEST(enroll.post("/agents/register", R"({"hostname":"laptop"})").status == 201U);
    BOOST_TEST(root.post("/agents/" + agent + "/heartbeat", R"({"version":"1","os":"linux"})").status ==
               200U);
    BOOST_TEST(root.get(poll_target(agent)).status == 200U);
    const std::string path = "/agents/" + agent + "/tasks/" + task;
    BOOST_TEST(root.post(path + "/ack", "{}").status == 200U);
    BOOST_TEST(root.post(path + "/progress", "{}").status == 200U);
    BOOST_TEST(root.post(path + "/result", R"({"status":"completed"})").status == 200U);
    BOOST_TEST(count() == before);
}

BOOST_AUTO_TEST_CASE(the_command_line_has_no_token) {
    const bj::array all = entries();
    const bj::value& first = all.at(all.size() - 1);
    BOOST_TEST(text_of(first, "by") == "command line");
    BOOST_TEST(text_of(first, "action") == "token.create");
    BOOST_TEST(text_of(first, "subjectId") == by_root.id);
    BOOST_TEST(first.at("details").at("kind").as_string() == "root");
    for (const char* absent : {"tokenId", "tokenName", "requestId", "address"})
        BOOST_TEST(!first.as_object().contains(absent));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_keeps_its_name) {
    BOOST_TEST_REQUIRE(oper.web.post("/policies", policy_body("fresh")).status == 201U);
    BOOST_TEST_REQUIRE(root.call(verb::delete_, "/tokens/" + oper.id).status == 204U);
    BOOST_TEST(text_of(entries("?action=policy.create&limit=1").at(0), "tokenName") == "a operator");
}

BOOST_AUTO_TEST_CASE(no_secret_is_in_it) {
    const auto with_secret = [](const std::string& secret) {
        return R"({"name":"rest","schedule":"@daily","includePaths":["/etc"],"repository":"rest:https://u:)" +
               secret + R"(@h/x"})";
    };
    const answer made = root.post("/policies", with_secret("one-secret"));
    const std::string path = "/policies/" + made.text("policyId");
    BOOST_TEST_REQUIRE(root.call(verb::put, path, with_secret("two-secret")).status == 200U);
    const bj::value changed = entries("?limit=1").at(0).at("details").at("changed");
    BOOST_TEST(bj::serialize(changed) == R"(["repository"])");
    const answer task =
        root.post("/tasks", task_body(agent, policy, R"(,"repository":"sftp:u:3-secret@h:/x")"));
    BOOST_TEST_REQUIRE(task.status == 201U);
    const std::string token_made = token("admin");
    const std::string tenants_token = root.post("/tenants", R"({"name":"x"})").text("token");
    const std::string all = root.get("/audit?limit=200").raw.body +
                            home.database().ask("SELECT string_agg(audit::text, '') FROM audit");
    for (const std::string& secret : {std::string("secret"), token_made, tenants_token, home.root_token()})
        BOOST_TEST(all.find(secret) == std::string::npos, secret);
}

BOOST_AUTO_TEST_CASE(it_is_for_admins_of_its_tenant) {
    BOOST_TEST(admin.web.get("/audit").status == 200U);
    BOOST_TEST(oper.web.get("/audit").status == 403U);
    client viewer(context, server, token("viewer"));
    BOOST_TEST(viewer.get("/audit").status == 403U);
    const answer made = root.post("/tenants", R"({"name":"other"})");
    client other(context, server, made.text("token"));
    BOOST_TEST(other.get("/audit").body.at("items").as_array().empty());
    const std::string before = bj::serialize(entries());
    BOOST_TEST_REQUIRE(other.post("/policies", policy_body("theirs")).status == 201U);
    BOOST_TEST(other.get("/audit").body.at("items").as_array().size() == 1U);
    BOOST_TEST(bj::serialize(entries()) == before);
}

BOOST_AUTO_TEST_CASE(filters) {
    const std::string mine = oper.web.post("/policies", policy_body("fresh")).text("policyId");
    BOOST_TEST_REQUIRE(oper.web.call(verb::delete_, "/policies/" + mine).status == 204U);
    BOOST_TEST_REQUIRE(admin.web.post("/tokens", R"({"kind":"viewer","name":"v"})").status == 201U);
    const bj::array all = entries();
    const auto expect = [&](const std::string& query, auto wanted) {
        bj::array those;
        std::ranges::copy_if(all, std::back_inserter(those), wanted);
        BOOST_TEST(those.size() > 0U);
        BOOST_TEST(those.size() < all.size());
        BOOST_TEST(bj::serialize(entries("?limit=200&" + query)) == bj::serialize(those), query);
    };
    const std::string at = text_of(all.at(1), "at"); // of the same form, so that their order is the texts'
    expect("action=policy.create",
           [](const bj::value& e) { return text_of(e, "action") == "policy.create"; });
    expect("action=policy", [](const bj::value& e) { return text_of(e, "subjectKind") == "policy"; });
    expect("tokenId=" + oper.id, [this](const bj::value& e) { return text_of(e, "tokenId") == oper.id; });
    expect("subjectId=" + mine, [&](const bj::value& e) { return text_of(e, "subjectId") == mine; });
    expect("since=" + at, [&](const bj::value& e) { return text_of(e, "at") >= at; });
    expect("until=" + at, [&](const bj::value& e) { return text_of(e, "at") < at; });
    expect("action=policy&tokenId=" + oper.id + "&until=" + at,
           [&](const bj::value& e) { return text_of(e, "subjectId") == mine && text_of(e, "at") < at; });
}

BOOST_AUTO_TEST_CASE(pages) {
    for (int i = 0; i < 5; ++i) (void)make_policy();
    bj::array walked;
    std::string cursor;
    do {
        const answer page = root.get("/audit?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
        BOOST_TEST_REQUIRE(page.status == 200U);
        for (const bj::value& each : page.body.at("items").as_array()) walked.push_back(each);
        cursor = page.text("nextCursor");
    } while (!cursor.empty());
    BOOST_TEST(bj::serialize(walked) == bj::serialize(entries()));
    BOOST_TEST(std::to_string(walked.size()) == count());
}

BOOST_AUTO_TEST_CASE(a_bad_parameter_is_named) {
    for (const std::string bad : {"action=policy.", "action=backup", "tokenId=x", "subjectId=1", "since=now",
                                  "until=2026-01-01", "limit=0", "cursor=x"}) {
        const answer refused = root.get("/audit?" + bad);
        BOOST_TEST(refused.status == 400U);
        BOOST_TEST(refused.body.at("errors").at(0).at("pointer").as_string() == bad.substr(0, bad.find('=')));
    }
}

BOOST_AUTO_TEST_SUITE_END()
