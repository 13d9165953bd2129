// The command line for people: the real program against a real server.
#include "test/support/agent_process.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

namespace bj = boost::json;
namespace fs = std::filesystem;
using holdfast::net::verb;
using holdfast::test::agent_process;
using holdfast::test::answer;
using holdfast::test::contents_of;
using holdfast::test::write_file;

namespace {

struct ended {
    int exit_code = -1;
    std::string out, err;

    [[nodiscard]] bool says(std::string_view words) const { return out.find(words) != std::string::npos; }

    [[nodiscard]] bool complains(std::string_view words) const {
        return err.find(words) != std::string::npos;
    }
};

std::ostream& operator<<(std::ostream& to, const ended& what) {
    return to << "exit status " << what.exit_code << '\n' << what.out << what.err;
}

struct desk : agent_process {
    std::vector<std::string> nowhere = environment; // no server named
    std::string contexts = folder / "config" / "holdfast" / "contexts.yaml";

    desk() {
        nowhere.push_back("XDG_CONFIG_HOME=" + (folder / "config").string());
        environment = nowhere;
        for (const std::string& each :
             {"HOLDFAST_SERVER=" + server.url(), "HOLDFAST_CA=" + home.file("ca.pem"),
              "HOLDFAST_TOKEN=" + home.root_token()})
            environment.push_back(each);
    }

    std::vector<std::string> command(std::vector<std::string> words) const {
        words.insert(words.begin(), std::getenv("HOLDFAST_BINARY"));
        return words;
    }

    ended holdfast(std::vector<std::string> words) {
        ended out;
        out.exit_code = run_program(command(std::move(words)), out.out, out.err);
        return out;
    }

    // One that must succeed.
    std::string told(std::vector<std::string> words) {
        const ended got = holdfast(std::move(words));
        BOOST_TEST_REQUIRE(got.exit_code == 0, got);
        BOOST_TEST(got.err.empty(), got);
        return got.out;
    }

    bj::value json(std::vector<std::string> words) {
        words.insert(words.end(), {"--output", "json"});
        return bj::parse(told(std::move(words)));
    }

    // As at a terminal, where these lines are typed.
    ended typed(const std::string& lines, const std::string& command_line) {
        const std::string program = std::getenv("HOLDFAST_BINARY");
        ended out;
        out.exit_code = run_program(
            {"/bin/sh", "-c",
             "printf '" + lines + "' | script -qec '" + program + " " + command_line + "' /dev/null"},
            out.out, out.err);
        return out;
    }

    answer of_agent(const std::string& task, const std::string& what, const std::string& body) {
        const answer got = root.post("/agents/" + agent + "/tasks/" + task + what, body);
        BOOST_TEST_REQUIRE(got.status == 200U, got.raw.body);
        return got;
    }

    // A task that its agent is working at.
    std::string running_task() {
        const std::string task = make_task(agent);
        BOOST_TEST_REQUIRE(root.get(poll_target(agent)).status == 200U);
        of_agent(task, "/ack", R"({"attempt":1})");
        return task;
    }

    std::string file(const std::string& name, const std::string& text) {
        write_file(folder / name, text);
        return folder / name;
    }
};

bool has(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(command_line, desk)

BOOST_AUTO_TEST_CASE(lists_are_tables_or_the_servers_own_words) {
    const std::string table = told({"agents", "list"});
    BOOST_TEST(table.find("AGENT  STATUS") == 0U, table);
    BOOST_TEST(has(table, "first  online"), table);
    BOOST_TEST(has(table, agent), table);
    BOOST_TEST(has(table, "s ago"), table);
    BOOST_TEST(told({"agents", "list", "--output", "json"}) == root.get("/agents").raw.body + "\n");
    BOOST_TEST(told({"policies", "show", "nightly", "--output", "json"}) ==
               root.get("/policies/" + policy).raw.body + "\n");
    BOOST_TEST(json({"agents", "list", "--hostname", "nobody"}).at("items").as_array().empty());
}

BOOST_AUTO_TEST_CASE(pages_are_joined) {
    bj::array many;
    for (int i = 0; i < 205; ++i)
        many.push_back(bj::object{{"agentId", agent}, {"policyId", policy}, {"taskType", "backup"}});
    made("/tasks", {{"tasks", many}});
    const bj::value all = json({"tasks", "list", "--limit", "0"});
    std::set<std::string> ids;
    for (const bj::value& each : all.at("items").as_array()) ids.emplace(each.at("taskId").as_string());
    BOOST_TEST(ids.size() == 205U);
    BOOST_TEST(all.as_object().size() == 1U); // no cursor: there is no more
    const ended few = holdfast({"tasks", "list", "--limit", "3"});
    BOOST_TEST(std::ranges::count(few.out, '\n') == 4);
    BOOST_TEST(has(few.out, "first"), few); // names in place of ids
    BOOST_TEST(has(few.out, "nightly"), few);
    BOOST_TEST(few.complains("there are more"), few);
    BOOST_TEST(std::ranges::count(told({"tasks", "list", "--status", "failed"}), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(agents_by_their_names) {
    register_agent("web-2");
    BOOST_TEST(
        has(told({"agents", "pause", "FIRST", "web-2", "--note", "new disk", "--until", "2h"}), "new disk"));
    const answer paused = root.get("/agents/" + agent);
    BOOST_TEST(paused.body.at("paused").as_bool());
    BOOST_TEST(!paused.text("pausedUntil").empty());
    BOOST_TEST(json({"agents", "list", "--paused", "true"}).at("items").as_array().size() == 2U);
    told({"agents", "resume", agent});
    told({"agents", "limits", "first", "--tasks", "4", "--backup", "2"});
    const answer limited = root.get("/agents/" + agent);
    BOOST_TEST(!limited.body.at("paused").as_bool());
    BOOST_TEST(limited.number("maxConcurrentTasks") == 4);
    BOOST_TEST(limited.body.at("maxConcurrentTasksByType").at("backup").as_int64() == 2);
    told({"agents", "limits", "first", "--tasks", "none"});
    BOOST_TEST(!root.get("/agents/" + agent).body.as_object().contains("maxConcurrentTasks"));
    make_task(agent);
    const ended refused = holdfast({"agents", "delete", "first"});
    BOOST_TEST(refused.exit_code == 1, refused);
    BOOST_TEST(refused.complains("409"), refused);
    BOOST_TEST(told({"agents", "delete", "first", "web-2", "--force"}) ==
               "agent first is deleted\nagent web-2 is deleted\n");
    BOOST_TEST(root.get("/agents/" + agent).status == 404U);
}

BOOST_AUTO_TEST_CASE(policies_by_their_names) {
    register_agent("web-2");
    BOOST_TEST(told({"policies", "assign", "nightly", "first", "web-2"}) ==
               "policy nightly is for agent first\npolicy nightly is for agent web-2\n");
    BOOST_TEST(has(told({"policies", "agents", "nightly"}), "web-2"));
    BOOST_TEST(json({"policies", "run", "nightly"}).at("count").as_int64() == 2);
    BOOST_TEST(
        json({"policies", "run", "--agent", "first", "nightly", "--type", "check"}).at("count").as_int64() ==
        1);
    BOOST_TEST(json({"policies", "next-runs", "nightly", "--count", "3"}).at("items").as_array().size() ==
               3U);
    BOOST_TEST(has(told({"policies", "next-runs", "nightly"}), "LOCAL TIME"));
    BOOST_TEST(has(told({"policies", "list"}), "nightly  @daily"));
    BOOST_TEST(has(told({"policies", "show", "nightly"}), "retention keep last"));
    BOOST_TEST(holdfast({"policies", "delete", "nightly"}).exit_code == 1);
    told({"policies", "unassign", "nightly", "first", "web-2"});
    told({"policies", "delete", "nightly"});
    BOOST_TEST(root.get("/policies/" + policy).status == 404U);
}

BOOST_AUTO_TEST_CASE(tasks_from_their_making_on) {
    const bj::value made = json(
        {"tasks", "run", "--agent", "first", "--policy", "nightly", "--at", "2h", "--max-attempts", "5"});
    const std::string id(made.at("taskId").as_string());
    BOOST_TEST(made.at("maxAttempts").as_int64() == 5);
    BOOST_TEST(made.at("taskType").as_string() == "backup");
    const std::string shown = told({"tasks", "show", id});
    BOOST_TEST(shown.starts_with("agent "), shown);
    BOOST_TEST(has(shown, "  first\npolicy "), shown);
    BOOST_TEST(has(shown, "scheduled for "), shown);
    BOOST_TEST(has(shown, "(in "), shown);
    const std::string why = told({"tasks", "explain", id});
    BOOST_TEST(has(why, "not_due"), why);
    BOOST_TEST(has(why, "history\nAT"), why);
    BOOST_TEST(has(told({"tasks", "cancel", id}), "cancelled"));
    BOOST_TEST(has(told({"tasks", "retry", id}), "pending"));
    BOOST_TEST(told({"tasks", "log", id}).empty());
}

BOOST_AUTO_TEST_CASE(tokens_and_tenants) {
    const bj::value made =
        json({"tokens", "create", "--kind", "viewer", "--name", "wall", "--expires", "1d"});
    const std::string list = told({"tokens", "list"});
    BOOST_TEST(has(list, "wall"), list);
    BOOST_TEST(has(list, "in 2"), list); // 23 h
    const std::string id(made.at("tokenId").as_string());
    BOOST_TEST(told({"tokens", "revoke", id}) == "token " + id + " is revoked\n");
    BOOST_TEST(!has(told({"tokens", "list"}), "wall"));
    BOOST_TEST(has(told({"tenants", "create", "--name", "acme"}), "tenant id"));
    const std::string tenants = told({"tenants", "list"});
    BOOST_TEST(has(tenants, "acme"), tenants);
    BOOST_TEST(has(tenants, "00000000-0000-7000-8000-000000000001"), tenants);
}

BOOST_AUTO_TEST_CASE(what_the_server_refuses_is_told_with_its_fields) {
    const ended wrong = holdfast({"tokens", "create", "--kind", "viewer", "--name", "", "--max-uses", "3"});
    BOOST_TEST(wrong.exit_code == 1, wrong);
    BOOST_TEST(wrong.out.empty(), wrong);
    BOOST_TEST(wrong.complains("holdfast: the server answered 400: "), wrong);
    BOOST_TEST(wrong.complains("\n  /name: "), wrong);
    BOOST_TEST(wrong.complains("\n  /maxUses: "), wrong);
    BOOST_TEST(wrong.complains("\n  request "), wrong);
    const ended unknown = holdfast({"agents", "show", "nobody"});
    BOOST_TEST(unknown.exit_code == 1, unknown);
    BOOST_TEST(unknown.err == "holdfast: there is no agent nobody\n");
    environment.push_back("HOLDFAST_TOKEN=hf_wrong");
    std::erase(environment, "HOLDFAST_TOKEN=" + home.root_token());
    const ended stranger = holdfast({"agents", "list"});
    BOOST_TEST(stranger.exit_code == 1, stranger);
    BOOST_TEST(stranger.complains("401"), stranger);
    BOOST_TEST(!stranger.complains("hf_wrong"), stranger);
}

BOOST_AUTO_TEST_CASE(exit_codes_tell_usage_from_no_answer) {
    const std::vector<std::vector<std::string>> wrong{{"agents"},
                                                      {"agents", "shwo"},
                                                      {"agents", "show"},
                                                      {"agnets"},
                                                      {"agents", "limits", "first", "--tasks", "many"},
                                                      {"agents", "pause", "first", "--until", "later"},
                                                      {"agents", "list", "--output", "xml"},
                                                      {"agents", "list", "--ca", "/nowhere"},
                                                      {"agents", "list", "--server", "http://127.0.0.1"},
                                                      {"agents", "list", "--token-file", "/nowhere"},
                                                      {"agents", "list", "--context", "none"},
                                                      {"apply", "-f", "/nowhere"}};
    for (const std::vector<std::string>& words : wrong) {
        const ended got = holdfast(words);
        BOOST_TEST(got.exit_code == 2, words.back() << ": " << got);
        BOOST_TEST(!got.err.empty());
    }
    BOOST_TEST(holdfast({"agnets", "list"}).complains("has no command agnets: did you mean agents?"));
    BOOST_TEST(holdfast({"agents"}).complains("agents wants a command: list, show"));
    BOOST_TEST(holdfast({"agents", "shwo", "x"}).complains("agents has no command shwo: did you mean show?"));
    server.kill();
    const ended gone = holdfast({"agents", "list"});
    BOOST_TEST(gone.exit_code == 3, gone);
    BOOST_TEST(gone.complains("cannot connect to 127.0.0.1"), gone);
    server.start_again();
    const ended distrusted = holdfast({"agents", "list", "--ca", home.file("server.pem")});
    BOOST_TEST(distrusted.exit_code == 3, distrusted);
    BOOST_TEST(distrusted.complains("no TLS with 127.0.0.1"), distrusted);
}

BOOST_AUTO_TEST_CASE(a_second_server_at_one_address_is_refused) {
    const ended second = holdfast({"serve", "--database", home.database().conninfo(), "--listen",
                                   "127.0.0.1:" + std::to_string(server.port()), "--tls-cert",
                                   home.file("server.pem"), "--tls-key", home.file("server.key")});
    BOOST_TEST(second.exit_code == 1, second);
    BOOST_TEST(second.complains("Address already in use"), second);
}

BOOST_AUTO_TEST_CASE(contexts_stand_in_for_the_environment) {
    const std::vector<std::string> with_server = std::exchange(environment, nowhere);
    BOOST_TEST(holdfast({"agents", "list"}).exit_code == 2);
    const std::string token = file("token", home.root_token() + "\n");
    told({"context", "set", "here", "--server", server.url(), "--ca", home.file("ca.pem"), "--token-file",
          token});
    told({"context", "set", "there", "--server", "https://127.0.0.1:1"});
    BOOST_TEST(has(told({"agents", "list"}), "first")); // the first one is the present one
    const std::string list = told({"context", "list"});
    BOOST_TEST(has(list, "*  here"), list);
    BOOST_TEST(!has(list, home.root_token()), list);
    told({"context", "use", "there"});
    BOOST_TEST(holdfast({"agents", "list"}).complains("no token for https://127.0.0.1:1"));
    BOOST_TEST(has(told({"agents", "list", "--context", "here"}), "first"));

    environment = with_server; // wins over the present context, and a context that is named over it
    BOOST_TEST(has(told({"agents", "list"}), "first"));
    BOOST_TEST(holdfast({"agents", "list", "--context", "there"}).exit_code == 2);
    environment = nowhere;

    // Its token is for its own server.
    told({"context", "use", "here"});
    BOOST_TEST(holdfast({"agents", "list", "--server", "https://127.0.0.1:1"}).exit_code == 2);
    fs::permissions(contexts, fs::perms::group_read, fs::perm_options::add);
    const ended open = holdfast({"agents", "list"});
    BOOST_TEST(open.exit_code == 2, open);
    BOOST_TEST(open.complains("chmod 600"), open);
    fs::permissions(contexts, fs::perms::owner_read | fs::perms::owner_write);
    told({"context", "delete", "here"});
    BOOST_TEST(holdfast({"context", "use", "here"}).exit_code == 2);
    BOOST_TEST(!has(contents_of(contexts), home.root_token()));
}

BOOST_AUTO_TEST_CASE(policies_become_what_a_file_says) {
    register_agent("web-2");
    const std::string policies = file("policies.yaml", R"(
name: nightly
schedule: '@daily'
includePaths: [/etc, /srv]
excludePaths: ['*.tmp']
repository: /backup
retention: {keepLast: 5}
executionParams: {parallelism: 2, mood: calm}
agents: [first]
---
name: hourly
schedule: every 1h
includePaths: [/var/lib]
repository: {type: rest-server, url: 'https://backup.example.com:8000/db', username: u, password: hush}
agents: [first, web-2]
)");
    const std::string shown = told({"apply", "-f", policies, "--dry-run"});
    BOOST_TEST(has(shown, "~ policy nightly\n    includePaths: /etc → /etc, /srv\n"
                          "    retention: keep last 3 → keep last 5\n    agents: +first\n"),
               shown);
    BOOST_TEST(has(shown, "+ policy hourly\n    schedule: every 1h\n"), shown);
    BOOST_TEST(has(shown, "    agents: +"), shown);
    BOOST_TEST(!has(shown, "hush"), shown);
    BOOST_TEST(root.get("/policies").body.at("items").as_array().size() == 1U);

    BOOST_TEST(has(told({"apply", "-f", policies}), "policy nightly is changed\npolicy hourly is made\n"));
    BOOST_TEST(root.get("/policies/" + policy).body.at("retention").at("keepLast").as_int64() == 5);
    BOOST_TEST(json({"policies", "agents", "hourly"}).at("items").as_array().size() == 2U);
    BOOST_TEST(told({"apply", "-f", policies}) == "nothing changes\n");

    const std::string less =
        file("less.yaml", "- {name: hourly, schedule: every 1h, includePaths: [/var/lib], "
                          "repository: {type: rest-server, url: "
                          "'https://backup.example.com:8000/db', username: u, password: "
                          "other}, agents: [web-2]}\n");
    BOOST_TEST(has(told({"apply", "-f", less, "--dry-run"}), "(another password)"));
    const std::string pruned = told({"apply", "-f", less, "--prune", "--yes"});
    BOOST_TEST(has(pruned, "agents: -first"), pruned);
    BOOST_TEST(has(pruned, "policy hourly is changed\npolicy nightly is deleted\n"), pruned);
    BOOST_TEST(root.get("/policies/" + policy).status == 404U);
    BOOST_TEST(json({"policies", "agents", "hourly"}).at("items").as_array().size() == 1U);
    BOOST_TEST(holdfast({"apply", "-f", file("none.yaml", ""), "--prune"}).exit_code == 2);
}

BOOST_AUTO_TEST_CASE(at_a_terminal_apply_asks) {
    const std::string words =
        "apply -f " + file("p.yaml", "{name: new, schedule: '@daily', includePaths: [/a], repository: /r}\n");
    const auto policies = [this] { return root.get("/policies").body.at("items").as_array().size(); };
    for (const char* no : {"n\\n", "\\n", ""}) {
        const ended declined = typed(no, words);
        BOOST_TEST(declined.says("Change this?"), declined);
        BOOST_TEST(policies() == 1U);
    }
    const ended agreed = typed("y\\n", words);
    BOOST_TEST(agreed.says("policy new is made"), agreed);
    BOOST_TEST(policies() == 2U);
}

BOOST_AUTO_TEST_CASE(tasks_are_watched_until_they_end) {
    const std::string task = running_task();
    const std::string other = make_task(agent, R"(,"scheduledFor":"2199-01-01T00:00:00Z")");
    ended seen;
    const auto watching = start_program(command({"tasks", "watch", task, other}), seen.out, seen.err);
    until("the first look", [&] { return seen.says(task + "  backup  in-progress\n"); });
    BOOST_TEST(seen.says(other + "  backup  pending\n"));
    of_agent(task, "/progress",
             R"({"attempt":1,"percentDone":45.5,"bytesDone":1288490188,"totalBytes":2863311530})");
    until("the progress", [&] { return seen.says("[#########           ]  45 %  1.2 GiB of 2.7 GiB\n"); });
    of_agent(task, "/result", R"({"attempt":1,"status":"completed","snapshotId":"5c8f3a1b"})");
    until("the end of one", [&] { return seen.says("completed  snapshot 5c8f3a1b\n"); });
    BOOST_TEST_REQUIRE(root.post("/tasks/" + other + "/cancel").status == 200U);
    BOOST_TEST(end_of(watching) == 1); // one of them was not completed
    BOOST_TEST(seen.says(other + "  backup  cancelled\n"), seen);
    BOOST_TEST(std::ranges::count(seen.out, '\n') == 5, seen); // a line for each change, and no more
    BOOST_TEST(holdfast({"tasks", "watch", task}).exit_code == 0);
    const ended painted = typed("", "tasks watch " + task);
    BOOST_TEST(painted.says("\x1b[K" + task + "  backup  completed"), painted);
}

BOOST_AUTO_TEST_CASE(a_log_is_followed_over_its_attempts) {
    const std::string task = running_task();
    of_agent(task, "/log", R"({"attempt":1,"offset":0,"text":"one\n"})");
    ended seen;
    const auto following = start_program(command({"tasks", "log", task, "--follow"}), seen.out, seen.err);
    until("what is there", [&] { return seen.says("one\n"); });
    of_agent(task, "/log", R"({"attempt":1,"offset":4,"text":"two\n"})");
    until("what comes", [&] { return seen.says("two\n"); });
    of_agent(task, "/result", R"({"attempt":1,"status":"failed","errorCategory":"network","log":"lost\n"})");
    until("the next attempt", [&] { return root.get(poll_target(agent)).status == 200U; });
    of_agent(task, "/ack", R"({"attempt":2})");
    of_agent(task, "/log", R"({"attempt":2,"offset":0,"text":"again\n"})");
    of_agent(task, "/result", R"({"attempt":2,"status":"completed"})");
    BOOST_TEST(end_of(following) == 0, seen);
    BOOST_TEST(seen.out == "one\ntwo\nlost\nagain\n", seen);
    BOOST_TEST(seen.err == "attempt 2\n", seen);
    BOOST_TEST(told({"tasks", "log", task}) == "again\n");
    BOOST_TEST(told({"tasks", "log", task, "--attempt", "1"}) == "one\ntwo\nlost\n");
    BOOST_TEST(told({"tasks", "log", task, "--attempt", "1", "--follow"}) == "one\ntwo\nlost\n");
    BOOST_TEST(holdfast({"tasks", "log", task, "--attempt", "first"}).exit_code == 2);
}

BOOST_AUTO_TEST_CASE(status_says_how_it_goes) {
    const std::string idle = told({"status"});
    BOOST_TEST(has(idle, "agents        1 online, 0 offline, 0 paused\n"), idle);
    BOOST_TEST(has(idle, "oldest due    none\n"), idle);
    const std::string task = make_task(agent);
    const std::string busy = told({"status"});
    BOOST_TEST(has(busy, "open tasks    1 pending, 1 due, 0 assigned, 0 in progress\n"), busy);
    BOOST_TEST(has(busy, "last hour     1 made, of them 0 completed, 0 failed\n"), busy);
    BOOST_TEST(has(busy, "oldest due    " + task + ", of first, due "), busy);
    BOOST_TEST(has(busy, "polls         0 waiting"), busy);
    const auto whole = boost::json::parse(told({"status", "--output", "json"}));
    BOOST_TEST(whole.at("oldestDueTask") == root.get("/overview").body.at("oldestDueTask"));
    told({"policies", "assign", "nightly", "first"});
    BOOST_TEST(has(told({"backups", "--state", "never"}), "nightly  first  never"));
}

BOOST_AUTO_TEST_SUITE_END()
