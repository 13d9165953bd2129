#include "app/load/crew.hpp"

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace holdfast::app::load {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// The second one ends the program.
void interrupt(int signal) {
    interrupted = 1;
    std::signal(signal, SIG_DFL);
}

constexpr std::chrono::milliseconds glance{200};

} // namespace

crew::crew(const campaign& of) : of_(of), on_terminal_(::isatty(STDERR_FILENO) != 0) {
    for (int i = 0; i < of_.settings.threads; ++i)
        workers_.push_back(std::make_unique<worker>(of_, static_cast<unsigned>(i)));
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
}

int crew::part_of(int whole, std::size_t n) const {
    const int threads = static_cast<int>(workers_.size());
    return whole / threads + (static_cast<int>(n) < whole % threads ? 1 : 0);
}

void crew::each(const std::string& doing, const std::function<pending(worker&, std::size_t)>& begin) {
    pending all;
    for (std::size_t n = 0; n < workers_.size(); ++n)
        for (auto& one : begin(*workers_[n], n)) all.push_back(std::move(one));
    for (auto& one : all)
        while (one.wait_for(glance) != std::future_status::ready) show(doing);
    clear_line();
    for (auto& one : all) one.get();
}

void crew::enlist(int agents) {
    each("registering", [&](worker& w, std::size_t n) { return w.enlist(part_of(agents, n)); });
}

void crew::start_polling() {
    each("starting polls", [](worker& w, std::size_t) { return w.start_polling(); });
}

void crew::make_backlog() {
    each("making the backlog",
         [&](worker& w, std::size_t n) { return w.make_backlog(part_of(of_.settings.tasks, n)); });
}

double crew::rate_of_each() const {
    return of_.settings.rate / static_cast<double>(workers_.size());
}

void crew::prepare_the_clock() {
    each("connecting", [&](worker& w, std::size_t) { return w.prepare_the_clock(rate_of_each()); });
}

void crew::make_by_the_clock() {
    each("making tasks", [&](worker& w, std::size_t) { return w.make_by_the_clock(rate_of_each()); });
}

void crew::settle() {
    each("waiting for the last", [](worker& w, std::size_t) { return w.settle(); });
}

void crew::watch(std::chrono::duration<double> length, const std::string& doing) {
    const moment end = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(length);
    while (steady_clock::now() < end && interrupted == 0) {
        std::this_thread::sleep_until(std::min(end, steady_clock::now() + glance));
        show(doing);
    }
    clear_line();
}

reading crew::read() const {
    reading out{steady_clock::now(), sample_of(of_.settings.server_pids), own_cpu(), 0, 0, 0};
    for (const auto& each : workers_) {
        out.polls += each->seen().polls;
        out.made += each->seen().made;
        out.finished += each->seen().finished;
    }
    return out;
}

void crew::show(const std::string& doing) {
    if (interrupted != 0 && !std::exchange(hurried_, true))
        for (const auto& each : workers_) each->hurry();
    if (!on_terminal_) return;
    std::uint64_t registered = 0, waiting = 0, made = 0, finished = 0;
    for (const auto& each : workers_) {
        registered += each->seen().registered;
        waiting += each->seen().waiting;
        made += each->seen().made;
        finished += each->seen().finished;
    }
    std::cerr << "\r\033[K" << doing << ": " << registered << " agents, " << waiting << " polls wait, "
              << made << " tasks made, " << finished << " finished" << std::flush;
}

void crew::clear_line() const {
    if (on_terminal_) std::cerr << "\r\033[K" << std::flush;
}

std::unique_ptr<crew::summary> crew::dismiss() {
    auto out = std::make_unique<summary>();
    for (const auto& each : workers_) {
        each->stop();
        const desk& notes = each->notes();
        out->checks.add(notes.books.judge());
        out->counts.add(notes.counts);
        out->reach.add(notes.books.reach());
        out->last_finish = std::max(out->last_finish, notes.last_finish);
    }
    return out;
}

} // namespace holdfast::app::load
