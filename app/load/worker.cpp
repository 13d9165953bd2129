#include "app/load/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

namespace holdfast::app::load {
namespace {

constexpr int lanes = 16;                  // agents that register at the same time
constexpr std::size_t starts_at_once = 20; // polls; then a pause, so that the server is not stormed
constexpr std::chrono::milliseconds start_pause{10};
constexpr std::chrono::milliseconds glance{20};

} // namespace

worker::worker(const campaign& of, unsigned number)
    : of_(of),
      number_(number),
      open_(context_.get_executor()),
      maker_(context_.get_executor(), of, notes_),
      pause_(context_.get_executor()),
      thread_([this] { context_.run(); }) {}

worker::~worker() {
    try {
        stop();
    } catch (...) { // NOLINT(bugprone-empty-catch): another one is on its way already
    }
}

void worker::spawn(awaitable<void> what) {
    asio::co_spawn(context_, std::move(what), [this](const std::exception_ptr& failed) {
        if (failed) failed_ = failed;
    });
}

std::future<void> worker::begin(awaitable<void> what) {
    return asio::co_spawn(context_, std::move(what), asio::use_future);
}

pending worker::enlist(int agents) {
    pending out;
    asio::post(context_, [this, agents] {
        for (int i = 0; i < agents; ++i) {
            const auto number = static_cast<std::uint32_t>(agents_.size());
            std::string hostname = of_.name + "-" + std::to_string(number_) + "-" + std::to_string(number);
            agents_.push_back(std::make_unique<simulated_agent>(context_.get_executor(), of_, notes_, number,
                                                                std::move(hostname)));
        }
    });
    for (int i = 0; i < lanes; ++i) out.push_back(begin(enlist_lane()));
    return out;
}

awaitable<void> worker::enlist_lane() {
    while (enlisted_ < agents_.size() && !pause_.over()) {
        simulated_agent& next = *agents_[enlisted_++];
        co_await next.enlist();
    }
}

pending worker::start_polling() {
    pending out;
    out.push_back(begin(start_in_turn()));
    return out;
}

awaitable<void> worker::start_in_turn() {
    for (; polling_ < agents_.size() && !pause_.over(); ++polling_) {
        spawn(agents_[polling_]->live());
        if (of_.settings.scenario == load_scenario::fleet) spawn(agents_[polling_]->beat());
        if (polling_ % starts_at_once == starts_at_once - 1) co_await pause_.of(start_pause);
    }
}

pending worker::make_backlog(int tasks) {
    pending out;
    asio::post(context_, [this] { maker_.serve(agents_); });
    out.push_back(begin(maker_.make_backlog(tasks)));
    return out;
}

pending worker::prepare_the_clock(double rate) {
    pending out;
    asio::post(context_, [this] { maker_.serve(agents_); });
    out.push_back(begin(maker_.open_office(rate)));
    return out;
}

pending worker::make_by_the_clock(double rate) {
    pending out;
    out.push_back(begin(maker_.make_by_the_clock(rate)));
    return out;
}

pending worker::settle() {
    pending out;
    out.push_back(begin(settled()));
    return out;
}

awaitable<void> worker::settled() {
    std::uint64_t finished = notes_.seen.finished;
    moment give_up = steady_clock::now() + of_.settings.patience;
    while (!notes_.books.settled() && !pause_.over() && steady_clock::now() < give_up) {
        if (notes_.seen.finished != finished) give_up = steady_clock::now() + of_.settings.patience;
        finished = notes_.seen.finished;
        co_await pause_.of(glance);
    }
}

void worker::hurry() {
    asio::post(context_, [this] { maker_.stop_the_clock(); });
}

void worker::stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
        pause_.end();
        maker_.stop();
        for (const auto& each : agents_) each->stop();
        open_.reset();
    });
    thread_.join();
    if (failed_) std::rethrow_exception(failed_);
}

} // namespace holdfast::app::load
