#include "test/faults/load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace holdfast::test {
namespace {

constexpr int tasks_in_request = 10;
constexpr int open_tasks_max = 60; // so that tasks are made during the whole run
constexpr std::chrono::seconds patience{60};

unsigned seed_of(const load_settings& settings) {
    if (const char* set = std::getenv("HOLDFAST_TEST_SEED")) return static_cast<unsigned>(std::stoul(set));
    return settings.seed != 0 ? settings.seed : std::random_device{}();
}

} // namespace

const std::vector<std::string> load::server_arguments{"--offer-lease", "2",   "--run-lease", "3",
                                                      "--retry-base",  "0",   "--retry-cap", "0",
                                                      "--wait-max",    "245", "--log-level", "warning"};

load::worker::worker(load& of, std::string its_agent, std::string its_name)
    : agent(std::move(its_agent)), name(std::move(its_name)), impatience(of.fleet_.context) {
    for (const server_process* each : of.servers_)
        clients.push_back(std::make_unique<client>(of.fleet_.context, *each, of.fleet_.home.root_token()));
}

load::load(fleet& with, std::vector<const server_process*> servers, load_settings settings)
    : fleet_(with),
      servers_(std::move(servers)),
      settings_(settings),
      seed_(seed_of(settings)),
      random_(seed_),
      tasks_(settings_.tasks) {
    std::cout << "HOLDFAST_TEST_SEED=" << seed_ << std::endl; // seen when the test fails
    for (int a = 0; a < settings_.agents; ++a) {
        agents_.push_back(fleet_.register_agent("load-" + std::to_string(a)));
        for (int w = 0; w < settings_.workers; ++w) {
            workers_.emplace_back(*this, agents_.back(), "worker" + std::to_string(w));
            workers_.back().at = static_cast<std::size_t>(a + w) % servers_.size();
        }
    }
}

load::~load() = default;

void load::spawn(awaitable<void> what) {
    asio::co_spawn(fleet_.context, std::move(what), [this](const std::exception_ptr& failed) {
        if (!failed) return;
        if (!thrown_) thrown_ = failed;
        finish();
    });
}

bool load::happens(unsigned percent) {
    return !enough_ && seen_.ended() * 10 < settings_.tasks * 9 && random_() % 100 < percent;
}

void load::expect(const answer& got, std::initializer_list<unsigned> statuses, const std::string& what) {
    if (over_ || std::find(statuses.begin(), statuses.end(), got.status) != statuses.end()) return;
    ++unexpected_[what + " " + std::to_string(got.status) + " " + got.raw.body.substr(0, 200)];
}

// Now and then it is short, so that answers are lost which say what was committed.
void load::limit_patience(worker& w) {
    const bool hasty = happens(4);
    const std::chrono::milliseconds soon(random_() % 15);
    w.impatience.expires_after(hasty ? soon : settings_.patience);
    w.impatience.async_wait([&w, hasty, mine = w.requests](error_code ec) {
        if (ec || mine != w.requests) return;
        w.hung_up = hasty;
        w.clients[w.at]->hang_up();
    });
}

void load::count_disturbed() {
    if (over_) return;
    const std::scoped_lock lock(guard_);
    ++disturbed_;
    changed_.notify_all();
}

awaitable<answer> load::ask(worker& w, net::verb method, std::string target, std::string body,
                            net::header_list headers) {
    w.hung_up = false;
    if (!w.patient) limit_patience(w);
    answer got =
        co_await w.clients[w.at]->ask(method, std::move(target), std::move(body), std::move(headers));
    ++w.requests;
    w.impatience.cancel();
    if (got.status == 0 || got.status == 503) {
        if (!w.hung_up) count_disturbed();
        w.at = (w.at + 1) % servers_.size();
        co_await pause(static_cast<int>(random_() % 50)); // as agents do, lest they ask all the time
    }
    co_return got;
}

std::string load::next_body() {
    std::string body = "{\"tasks\":[";
    for (int i = 0; i < tasks_in_request; ++i)
        body += (i == 0 ? "" : ",") +
                task_body(agents_[random_() % agents_.size()], fleet_.policy, ",\"maxAttempts\":100");
    return body + "]}";
}

awaitable<void> load::produce() {
    worker& w = producers_.emplace_back(*this, "", "");
    int made = 0;
    while (made < settings_.tasks && !enough_ && !over_) {
        if (made - seen_.ended() > open_tasks_max) {
            co_await pause(10);
            continue;
        }
        const std::string body = next_body();
        const std::string key = "load-" + std::to_string(made);
        for (bool answered = false; !answered && !over_;) {
            net::header_list once;
            once.emplace_back("Idempotency-Key", key);
            std::string same = body;
            const answer got = co_await ask(w, net::verb::post, "/tasks", std::move(same), std::move(once));
            expect(got, {0, 201, 503}, "creation");
            answered = got.status == 201;
            if (!answered) continue;
            for (const auto& each : got.body.at("tasks").as_array())
                seen_.created(std::string(each.at("taskId").as_string()));
        }
        made += tasks_in_request;
        if (settings_.rest.count() > 0) co_await pause(static_cast<int>(settings_.rest.count()));
    }
    tasks_ = made;
}

std::vector<load::assigned> load::take(const answer& got) {
    std::vector<assigned> out;
    for (const auto& each : got.body.at("tasks").as_array()) {
        out.push_back({std::string(each.at("taskId").as_string()), each.at("attempt").to_number<int>()});
        seen_.received(out.back().task, out.back().attempt);
    }
    return out;
}

awaitable<void> load::work(worker& w) {
    while (!over_) {
        std::string target = fleet_.poll_target(w.agent, "?wait=" + std::to_string(settings_.wait.count()) +
                                                             "&limit=3&session=" + w.session());
        net::header_list none;
        std::string nothing;
        const answer got =
            co_await ask(w, net::verb::get, std::move(target), std::move(nothing), std::move(none));
        expect(got, {0, 200, 204, 503}, "poll");
        if (got.status != 200) continue;
        std::vector<assigned> tasks = take(got);
        co_await carry_out(w, std::move(tasks));
    }
}

awaitable<void> load::carry_out(worker& w, std::vector<assigned> tasks) {
    for (const assigned& each : tasks) {
        if (happens(2)) { // it dies, and what it had with it
            ++w.lives;
            co_return;
        }
        const bool mine = co_await acknowledge(w, each);
        if (!mine) continue;
        if (happens(2)) {
            ++w.lives;
            co_return;
        }
        const bool for_good = happens(3);
        const bool good = !for_good && !happens(6);
        co_await report(w, each, good, for_good);
    }
}

awaitable<bool> load::acknowledge(worker& w, const assigned& a) {
    while (!over_) {
        std::string target = fleet_.poll_target(w.agent, "/" + a.task + "/ack");
        std::string body = "{\"attempt\":" + std::to_string(a.attempt) + "}";
        net::header_list none;
        seen_.sent_ack(a.task, a.attempt);
        const answer got =
            co_await ask(w, net::verb::post, std::move(target), std::move(body), std::move(none));
        seen_.answered_ack(a.task, a.attempt, got.status);
        expect(got, {0, 200, 409, 503}, "acknowledgement");
        if (got.status != 0 && got.status != 503) co_return got.status == 200;
    }
    co_return false;
}

awaitable<void> load::report(worker& w, const assigned& a, bool good, bool for_good) {
    const std::string mark = "mark-" + std::to_string(++marks_);
    std::string text = "{\"attempt\":" + std::to_string(a.attempt) + ",\"log\":\"" + mark + "\",";
    text += good ? "\"status\":\"completed\",\"snapshotId\":\"" + mark + "\"}"
                 : std::string("\"status\":\"failed\",\"errorMessage\":\"") +
                       (for_good ? "permission denied" : "connection reset") + "\"}";
    while (!over_) {
        std::string target = fleet_.poll_target(w.agent, "/" + a.task + "/result");
        std::string body = text;
        net::header_list none;
        seen_.sent_result(a.task, a.attempt, good, mark);
        const answer got =
            co_await ask(w, net::verb::post, std::move(target), std::move(body), std::move(none));
        seen_.answered_result(a.task, a.attempt, got.status, got.text("status"));
        expect(got, {0, 200, 409, 503}, "result");
        if (got.status != 0 && got.status != 503) break;
    }
    const std::scoped_lock lock(guard_);
    ended_ = seen_.ended();
    changed_.notify_all();
}

void load::wait_for_share(double share) {
    std::unique_lock lock(guard_);
    if (!changed_.wait_for(lock, patience, [&] { return over_ || ended_ >= share * settings_.tasks; }))
        throw std::runtime_error("the load does not get on: " + std::to_string(ended_) + " tasks are over");
    if (over_) throw std::runtime_error("the load is over");
}

void load::wait_until_felt() {
    std::unique_lock lock(guard_);
    const int before = disturbed_;
    if (!changed_.wait_for(lock, patience, [&] { return over_ || disturbed_ > before; }))
        throw std::runtime_error("nobody feels the trouble");
    if (over_) throw std::runtime_error("the load is over");
}

std::pair<int, int> load::progress() {
    const std::scoped_lock lock(guard_);
    return {ended_, disturbed_};
}

void load::park(std::size_t server, bool with_session) {
    const std::string number = std::to_string(parked_.size());
    worker& w = parked_.emplace_back(*this, fleet_.register_agent("parked-" + number), "parked" + number);
    w.at = server;
    w.patient = true;
    spawn(wait_parked(w, with_session ? "?wait=240&session=" + w.session() : "?wait=240"));
    const auto there = static_cast<double>(
        std::count_if(parked_.begin(), parked_.end(), [&](const worker& p) { return p.at == server; }));
    client watcher(fleet_.context, *servers_[server], fleet_.home.root_token());
    wait_for_metric(watcher, "polls_waiting", there);
}

awaitable<void> load::wait_parked(worker& w, std::string query) {
    std::string target = fleet_.poll_target(w.agent, query);
    net::header_list none;
    std::string nothing;
    const answer got =
        co_await ask(w, net::verb::get, std::move(target), std::move(nothing), std::move(none));
    expect(got, {200}, "parked poll");
    if (got.status != 200) co_return;
    ++woken_;
    std::vector<assigned> tasks = take(got);
    for (const assigned& each : tasks) {
        const bool mine = co_await acknowledge(w, each);
        if (mine) co_await report(w, each, true, false);
    }
    co_await work(w); // its lease may have ended in between
}

void load::wake_parked() {
    asio::io_context context{1};
    client maker(context, *servers_.front(), fleet_.home.root_token());
    const auto give_up = steady_clock::now() + patience;
    for (const worker& each : parked_)
        for (answer made; made.status != 201;) {
            if (steady_clock::now() > give_up) throw std::runtime_error("no task can be made");
            made = maker.post("/tasks", task_body(each.agent, fleet_.policy, ",\"maxAttempts\":100"),
                              {{"Idempotency-Key", each.name}});
            if (made.status == 201)
                asio::post(fleet_.context, [this, id = made.text("taskId")] { seen_.created(id); });
        }
}

void load::wait_for_the_end() const {
    const auto give_up = steady_clock::now() + patience;
    while (!over_ && steady_clock::now() < give_up) {
        const std::string all = std::to_string(static_cast<std::size_t>(tasks_) + parked_.size());
        const std::string open = "SELECT greatest(count(*), " + all +
                                 ") - count(*) FILTER (WHERE status IN ('completed', 'failed')) FROM tasks";
        if (fleet_.home.database().ask(open) == "0") return;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

void load::finish() {
    {
        const std::scoped_lock lock(guard_);
        over_ = true;
    }
    changed_.notify_all();
    for (auto* group : {&workers_, &parked_, &producers_})
        for (worker& w : *group)
            for (const auto& each : w.clients) each->hang_up();
}

void load::run(const std::function<void()>& trouble) {
    spawn(produce());
    for (worker& each : workers_) spawn(work(each));
    std::exception_ptr troubled;
    std::thread beside([&] {
        try {
            trouble();
            wait_for_the_end();
        } catch (...) {
            troubled = std::current_exception();
        }
        asio::post(fleet_.context, [this] { finish(); });
    });
    fleet_.context.restart();
    fleet_.context.run();
    beside.join();
    if (troubled) std::rethrow_exception(troubled);
    if (thrown_) std::rethrow_exception(thrown_);
}

std::vector<std::string> load::violations() const {
    std::vector<std::string> out;
    for (const auto& [what, times] : unexpected_)
        out.push_back(std::to_string(times) + " times unexpected: " + what);
    const stored_tasks stored = read_stored_tasks(fleet_.home.database());
    for (std::string& each : seen_.judge(stored)) out.push_back(std::move(each));
    if (stored.size() != static_cast<std::size_t>(tasks_) + parked_.size())
        out.push_back(std::to_string(stored.size()) + " tasks are stored");
    return out;
}

void load::judge(felt trouble) const {
    std::cout << seen_.summary() << ", " << disturbed_ << " requests failed" << std::endl;
    for (const std::string& each : violations()) BOOST_ERROR(each);
    if (trouble == felt::yes)
        BOOST_TEST(disturbed_ > 0, "the trouble troubled nobody: this proves nothing");
    else if (trouble == felt::no)
        BOOST_TEST(disturbed_ == 0);
}

} // namespace holdfast::test
