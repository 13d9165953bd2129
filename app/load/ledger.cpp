#include "app/load/ledger.hpp"

#include <algorithm>
#include <limits>

namespace holdfast::app::load {
namespace {

constexpr std::size_t examples_max = 10;

void raise(std::uint8_t& count) {
    if (count != std::numeric_limits<std::uint8_t>::max()) ++count;
}

std::string times(unsigned count, std::string_view what) {
    return std::string(what) + (count == 1 ? " once" : " " + std::to_string(count) + " times");
}

} // namespace

void verdict::add(const verdict& other) {
    made += other.made;
    finished += other.finished;
    lost += other.lost;
    doubled += other.doubled;
    misplaced += other.misplaced;
    unknown += other.unknown;
    for (const std::string& each : other.examples)
        if (examples.size() < examples_max) examples.push_back(each);
}

void ledger::made(task_id task, std::uint32_t agent, std::optional<moment> due) {
    entry& e = tasks_[task];
    if (e.makings == 0) {
        ++made_;
        if (e.ends > 0) ++finished_of_made_;
    }
    raise(e.makings);
    e.made_for = agent;
    e.timed = due.has_value();
    e.due = due.value_or(moment{});
    e.misplaced = e.misplaced || (e.offers > 0 && e.offered_to != agent);
}

void ledger::offered(task_id task, std::uint32_t agent, moment at) {
    entry& e = tasks_[task];
    if (e.offers == 0) {
        e.offered = at;
        e.offered_to = agent;
    }
    raise(e.offers);
    e.misplaced = e.misplaced || e.offered_to != agent || (e.makings > 0 && e.made_for != agent);
}

void ledger::started(task_id task) {
    raise(tasks_[task].starts);
}

void ledger::finished(task_id task) {
    entry& e = tasks_[task];
    if (e.makings > 0 && e.ends == 0) ++finished_of_made_;
    raise(e.ends);
}

void ledger::doubted(task_id task) {
    raise(tasks_[task].doubts);
}

void ledger::note(verdict& into, task_id task, const entry& e) const {
    const bool lost = e.makings > 0 && e.ends == 0;
    const bool unknown = e.makings == 0;
    if (e.makings > 0) ++into.made;
    if (e.makings > 0 && e.ends > 0) ++into.finished;
    if (lost) ++into.lost;
    if (unknown) ++into.unknown;
    if (e.doubled()) ++into.doubled;
    if (e.misplaced) ++into.misplaced;
    if (!(lost || unknown || e.doubled() || e.misplaced) || into.examples.size() >= examples_max) return;
    into.examples.push_back("task " + to_string(task) + ": " + times(e.makings, "made") + ", " +
                            times(e.offers, "offered") + ", " + times(e.starts, "started") + ", " +
                            times(e.ends, "finished") + ", " + times(e.doubts, "unanswered") +
                            (e.misplaced ? ", given to another agent than its own" : ""));
}

verdict ledger::judge() const {
    verdict out;
    for (const auto& [task, e] : tasks_) note(out, task, e);
    out.unknown -= std::min(out.unknown, maybe_made_);
    if (out.good()) out.examples.clear();
    return out;
}

histogram ledger::reach() const {
    histogram out;
    for (const auto& [task, e] : tasks_)
        if (e.timed && e.offers > 0) out.add(e.offered - e.due);
    return out;
}

} // namespace holdfast::app::load
