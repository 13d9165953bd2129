#include "app/load/task_maker.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace holdfast::app::load {
namespace {

constexpr int batch_max = 500;        // of one request for a backlog
constexpr double tasks_of_clerk = 20; // in a second: a small part of what one connection can do
constexpr std::size_t clerks_min = 4; // tasks come in bursts
constexpr std::size_t clerks_max = 64;

} // namespace

task_maker::clerk::clerk(executor where, const campaign& of)
    : calls(where, of.tls, of.operators, of.token), pause(where), work(where) {
    work.expires_at(steady_clock::time_point::max());
}

task_maker::task_maker(executor where, const campaign& of, desk& notes)
    : where_(where), of_(of), notes_(notes), clock_(where) {}

void task_maker::serve(const std::vector<std::unique_ptr<simulated_agent>>& agents) {
    for (const auto& each : agents) {
        numbers_.emplace(each->id(), static_cast<std::uint32_t>(agents_.size()));
        agents_.push_back(each->id());
    }
}

void task_maker::stop() {
    clock_.end();
    closing_ = true;
    for (const auto& each : clerks_) {
        each->pause.end();
        each->calls.close();
        each->work.cancel();
    }
}

awaitable<void> task_maker::make_backlog(int tasks) {
    clerks_.push_back(std::make_unique<clerk>(where_, of_));
    clerk& c = *clerks_.back();
    for (int left = tasks; left > 0 && !clock_.over();) {
        std::vector<agent_id> batch;
        for (; left > 0 && batch.size() < batch_max; --left)
            batch.push_back(agents_[next_agent_++ % agents_.size()]);
        const std::string key = to_string(make_uuid());
        const auto ask = [&] { return c.calls.make_tasks(of_.policy, batch, key); };
        auto made = co_await insist<made_tasks>(notes_.counts, call_kind::make, c.pause, ask);
        if (!made.value && c.pause.over()) co_return;
        if (!made.value) throw std::runtime_error("tasks can't be made: " + made.wrong.words);
        for (const made_task& each : made.value->tasks)
            notes_.books.made(each.task_id, numbers_.at(each.agent_id), std::nullopt);
        notes_.seen.made += made.value->tasks.size();
    }
}

awaitable<void> task_maker::open_office(double rate) {
    const auto wanted = static_cast<std::size_t>(std::ceil(rate / tasks_of_clerk));
    for (std::size_t i = 0; i < std::clamp(wanted, clerks_min, clerks_max) && !clock_.over(); ++i) {
        clerks_.push_back(std::make_unique<clerk>(where_, of_));
        co_await clerks_.back()->calls.connect();
    }
}

awaitable<void> task_maker::make_by_the_clock(double rate) {
    start_work();
    arrivals pattern(rate, std::random_device{}());
    const moment begin = steady_clock::now();
    const moment end = begin + of_.settings.duration;
    for (moment due = begin + pattern.next(); due < end; due = begin + pattern.next()) {
        co_await clock_.until(due);
        if (clock_.over()) break;
        give_out({next_agent_++ % static_cast<std::uint32_t>(agents_.size()), due});
    }
    co_await clock_.until(end);
    co_await close_office();
}

void task_maker::start_work() {
    for (const auto& each : clerks_) {
        ++at_work_;
        auto working = work(*each);
        asio::co_spawn(where_, std::move(working), [this](const std::exception_ptr& failed) {
            --at_work_;
            if (failed) failed_ = failed;
        });
    }
}

void task_maker::give_out(due_task wanted) {
    waiting_.push_back(wanted);
    if (idle_.empty()) return;
    idle_.back()->work.cancel();
    idle_.pop_back();
}

awaitable<void> task_maker::work(clerk& c) {
    while (true) {
        while (waiting_.empty() && !closing_) {
            error_code called;
            idle_.push_back(&c);
            co_await c.work.async_wait(asio::redirect_error(use_awaitable, called));
        }
        if (waiting_.empty() || c.pause.over()) co_return;
        const due_task next = waiting_.front();
        waiting_.pop_front();
        co_await make(c, next);
    }
}

awaitable<void> task_maker::make(clerk& c, due_task wanted) {
    const agent_id agent = agents_[wanted.agent];
    const std::string key = to_string(make_uuid());
    const auto ask = [&] { return c.calls.make_task(of_.policy, agent, key); };
    auto made = co_await insist<made_task>(notes_.counts, call_kind::make, c.pause, ask, wanted.due);
    if (!made.value && made.doubtful) notes_.books.maybe_made();
    if (!made.value) co_return;
    notes_.books.made(made.value->task_id, wanted.agent, wanted.due);
    ++notes_.seen.made;
}

awaitable<void> task_maker::close_office() {
    closing_ = true;
    for (clerk* each : idle_) each->work.cancel();
    idle_.clear();
    constexpr std::chrono::milliseconds glance{5};
    while (at_work_ > 0) {
        steady_timer timer(where_, glance);
        error_code ignored; // nobody cuts it short
        co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
    if (failed_) std::rethrow_exception(failed_);
}

} // namespace holdfast::app::load
