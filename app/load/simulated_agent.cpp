#include "app/load/simulated_agent.hpp"

#include <random>
#include <stdexcept>

namespace holdfast::app::load {
namespace {

constexpr unsigned addresses_max = 16; // 127.0.0.1 to 127.0.0.16, each with some 28,000 ports

asio::ip::address address_of(std::uint32_t number) {
    return asio::ip::address_v4(0x7F000001U + number % addresses_max);
}

net::wire::registration_body introduction(const std::string& hostname) {
    net::wire::registration_body out;
    out.hostname = hostname;
    out.os = "linux";
    out.arch = "x86_64";
    out.version = "load";
    return out;
}

net::wire::heartbeat_body present_state() {
    net::wire::heartbeat_body out;
    out.version = "load";
    out.os = "linux";
    out.arch = "x86_64";
    out.uptime_seconds = 86400;
    out.disks.emplace();
    out.disks->push_back({"/", 50'000'000'000, 200'000'000'000});
    out.disks->push_back({"/home", 500'000'000'000, 2'000'000'000'000});
    out.last_backup_status = net::wire::backup_status::success;
    return out;
}

kept_result good_result(const order& task, std::chrono::seconds took) {
    kept_result out{task.task_id, {}};
    out.result.attempt = task.attempt;
    out.result.status = outcome::completed;
    out.result.duration_seconds = static_cast<double>(took.count());
    out.result.snapshot_id = "4f6c1e1b5d0e4d0c9a6b8f5d2c7e3a1b9d8c7f6e5a4b3c2d1e0f9a8b7c6d5e4f";
    return out;
}

// From nothing to `most`, so that a fleet does not go in step.
template <class Duration> Duration any_of(Duration most) {
    thread_local std::minstd_rand random(std::random_device{}());
    return Duration(std::uniform_int_distribution<typename Duration::rep>(0, most.count())(random));
}

} // namespace

simulated_agent::simulated_agent(executor where, const campaign& of, desk& notes, std::uint32_t number,
                                 std::string hostname)
    : of_(of),
      notes_(notes),
      number_(number),
      hostname_(std::move(hostname)),
      calls_(where, of.tls, of.server),
      pause_(where) {
    if (of_.many_addresses) calls_.from(address_of(number_));
    if (of_.settings.scenario != load_scenario::fleet) return;
    heart_.reset(new heart{server_calls(where, of.tls, of.server), rest(where)});
    if (of_.many_addresses) heart_->calls.from(address_of(number_));
}

void simulated_agent::stop() {
    pause_.end();
    calls_.close();
    if (!heart_) return;
    heart_->pause.end();
    heart_->calls.close();
}

awaitable<void> simulated_agent::enlist() {
    const net::wire::registration_body who = introduction(hostname_);
    const auto ask = [&] { return calls_.register_as(who, of_.agents_token); };
    auto known = co_await insist<registered>(notes_.counts, call_kind::register_agent, pause_, ask);
    if (!known.value && pause_.over()) co_return;
    if (!known.value) throw std::runtime_error("an agent can't register: " + known.wrong.words);
    id_ = known.value->agent_id;
    token_ = known.value->token.value_or(of_.agents_token);
    calls_.be(id_, token_);
    ++notes_.seen.registered;
}

awaitable<void> simulated_agent::live() {
    poll_wish wish;
    wish.limit = of_.settings.limit;
    wish.session = "load";
    wish.wait = of_.settings.wait - any_of(of_.settings.wait / 2); // the first: they must not end in step
    while (!pause_.over()) {
        ++notes_.seen.waiting;
        auto got = co_await calls_.poll(wish);
        const moment now = steady_clock::now();
        --notes_.seen.waiting;
        if (pause_.over()) co_return;
        wish.wait = of_.settings.wait;
        if (!got.value) {
            notes_.counts.failed(call_kind::poll, got.wrong, got.wrong.final());
            co_await pause_.after_failure(got.wrong.retry_after);
            continue;
        }
        ++notes_.seen.polls;
        pause_.well();
        for (const order& task : got.value->tasks) notes_.books.offered(task.task_id, number_, now);
        for (const order& task : got.value->tasks) co_await carry_out(task);
    }
}

awaitable<void> simulated_agent::carry_out(const order& task) {
    const auto acknowledge = [&] { return calls_.acknowledge(task.task_id, task.attempt); };
    auto begun =
        co_await insist<nothing>(notes_.counts, call_kind::acknowledge, pause_, acknowledge, {}, without_end);
    if (begun.doubtful) notes_.books.doubted(task.task_id);
    if (!begun.value) co_return;
    notes_.books.started(task.task_id);
    if (of_.settings.work.count() > 0) co_await pause_.of(of_.settings.work);
    const kept_result what = good_result(task, of_.settings.work);
    const auto report = [&] { return calls_.report_result(what); };
    auto done = co_await insist<net::wire::task_standing>(notes_.counts, call_kind::finish, pause_, report,
                                                          {}, without_end);
    if (done.doubtful) notes_.books.doubted(task.task_id);
    if (!done.value) co_return;
    notes_.books.finished(task.task_id);
    notes_.last_finish = steady_clock::now();
    ++notes_.seen.finished;
}

awaitable<void> simulated_agent::beat() {
    heart_->calls.be(id_, token_);
    const net::wire::heartbeat_body state = present_state();
    const auto rhythm = std::chrono::milliseconds(of_.settings.heartbeat);
    for (moment due = steady_clock::now() + any_of(rhythm);; due += rhythm) {
        co_await heart_->pause.until(due);
        if (heart_->pause.over()) co_return;
        auto got = co_await heart_->calls.beat(state);
        if (heart_->pause.over()) co_return;
        if (got.value)
            notes_.counts.took(call_kind::heartbeat, steady_clock::now() - due);
        else
            notes_.counts.failed(call_kind::heartbeat, got.wrong, got.wrong.final());
    }
}

} // namespace holdfast::app::load
