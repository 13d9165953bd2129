// What was seen of every task, and whether that is what the server promises: each task that was made is
// offered once, to its own agent, and finished. Pure.
#pragma once

#include "app/load/histogram.hpp"
#include "domain/id.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app::load {

using moment = std::chrono::steady_clock::time_point;

// Tasks that broke a promise, by kind.
struct verdict {
    std::uint64_t made = 0;
    std::uint64_t finished = 0;
    std::uint64_t lost = 0;            // made, and not finished in the end
    std::uint64_t doubled = 0;         // offered, started or finished more than once without a reason
    std::uint64_t misplaced = 0;       // offered to another agent than its own
    std::uint64_t unknown = 0;         // offered, and never made
    std::vector<std::string> examples; // a sentence each, a few of every kind

    [[nodiscard]] bool good() const { return lost + doubled + misplaced + unknown == 0; }

    void add(const verdict& other);
};

class ledger {
public:
    // `due`: when it was to be made, for the time it takes to reach its agent; nothing: not measured. An
    // offer may be seen before this.
    void made(task_id task, std::uint32_t agent, std::optional<moment> due);

    // A creation that was never answered: one task more may exist.
    void maybe_made() { ++maybe_made_; }

    void offered(task_id task, std::uint32_t agent, moment at);
    void started(task_id task);
    void finished(task_id task);

    // A call of this task was not answered, or refused for the time being: it may come again.
    void doubted(task_id task);

    // Every task that was made is finished.
    [[nodiscard]] bool settled() const { return made_ == finished_of_made_; }

    // Final, when nothing more is to come.
    [[nodiscard]] verdict judge() const;

    // From when a task was due to the end of the answer that offered it first.
    [[nodiscard]] histogram reach() const;

private:
    struct entry {
        moment due;
        moment offered;
        std::uint32_t made_for = 0;
        std::uint32_t offered_to = 0;
        std::uint8_t makings = 0;
        std::uint8_t offers = 0;
        std::uint8_t starts = 0;
        std::uint8_t ends = 0;
        std::uint8_t doubts = 0;
        bool misplaced = false;
        bool timed = false;

        [[nodiscard]] bool doubled() const {
            return makings > 1 || offers > 1 + doubts || starts > 1 + doubts || ends > 1;
        }
    };

    void note(verdict& into, task_id task, const entry& e) const;

    boost::unordered_flat_map<task_id, entry, id_hash> tasks_;
    std::uint64_t made_ = 0;
    std::uint64_t finished_of_made_ = 0;
    std::uint64_t maybe_made_ = 0;
};

} // namespace holdfast::app::load
