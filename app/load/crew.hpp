// The threads of a load, led through it step by step, with a line on a terminal that says how far they are.
#pragma once

#include "app/load/process_sample.hpp"
#include "app/load/worker.hpp"

#include <functional>
#include <string>

namespace holdfast::app::load {

// What was used and done up to a moment; the difference of two is what was in between.
struct reading {
    moment at;
    std::optional<process_sample> server; // nothing: it is not ours to see, or not there any more
    std::chrono::duration<double> own_cpu{};
    std::uint64_t polls = 0;
    std::uint64_t made = 0;
    std::uint64_t finished = 0;
};

class crew {
public:
    explicit crew(const campaign& of);

    // Each returns when it is done, or early after an interrupt.
    void enlist(int agents);
    void start_polling();
    void make_backlog();
    void prepare_the_clock();
    void make_by_the_clock();
    void settle();
    void watch(std::chrono::duration<double> length, const std::string& doing);

    [[nodiscard]] reading read() const;

    struct summary {
        verdict checks;
        tally counts;
        histogram reach; // of tasks from when they were due to their agents
        moment last_finish;
    };

    // Hangs up.
    [[nodiscard]] std::unique_ptr<summary> dismiss();

private:
    // The n-th worker's part of something that is shared out evenly.
    [[nodiscard]] int part_of(int whole, std::size_t n) const;
    void each(const std::string& doing, const std::function<pending(worker&, std::size_t)>& begin);
    void show(const std::string& doing);
    void clear_line() const;
    [[nodiscard]] double rate_of_each() const;

    const campaign& of_;
    std::vector<std::unique_ptr<worker>> workers_;
    bool on_terminal_;
    bool hurried_ = false;
};

} // namespace holdfast::app::load
