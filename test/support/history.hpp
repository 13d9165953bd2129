// What agents and operators saw of a run, held against what the database says in the end: no change that was
// answered with 200 is lost, no attempt was in two answers, every task came to an end, every result counts
// once.
#pragma once

#include "test/support/postgres.hpp"

#include <map>
#include <string>
#include <vector>

namespace holdfast::test {

struct stored_task {
    std::string status;
    int attempt = 0;
    int failures = 0;
    int max_attempts = 0;
    std::string snapshot;
    std::map<int, std::string> logs; // by attempt
};

using stored_tasks = std::map<std::string, stored_task>;

[[nodiscard]] stored_tasks read_stored_tasks(const scratch_database& from);

// Asks of those who write it: an agent that was given tasks polls again in the same session only after a
// definite answer to each acknowledgement (any but 503); one that forgets its tasks takes a new session.
// Without that a second answer of the same attempt would be in order.
class history {
public:
    void created(const std::string& task); // named in a 201

    void received(const std::string& task, int attempt); // in the answer to a poll

    void sent_ack(const std::string& task, int attempt);
    void answered_ack(const std::string& task, int attempt, unsigned status); // 0: no answer

    // `mark` is unique for each attempt; it goes along as the snapshot's name (of a completed one) and as the
    // log. A repetition says the same again.
    void sent_result(const std::string& task, int attempt, bool completed, const std::string& mark);
    // `state`: where the answer says that the task is now.
    void answered_result(const std::string& task, int attempt, unsigned status, const std::string& state);

    // In words, one for each violation; nothing when all is well.
    [[nodiscard]] std::vector<std::string> judge(const stored_tasks& stored) const;

    // Tasks of which an agent knows that they are over.
    [[nodiscard]] int ended() const { return ended_; }

    [[nodiscard]] std::string summary() const;

private:
    struct attempt_seen {
        int answers = 0;
        bool ack_sent = false;
        bool acked = false;
        bool completed = false;    // what its result says
        std::string mark;          // empty: no result was sent
        std::string accepted;      // the state in the 200; empty: there was none
        bool contradicted = false; // results that say different things were sent
    };

    struct task_seen {
        int created = 0;
        std::map<int, attempt_seen> attempts;
    };

    static void judge_one(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong);
    static void judge_attempt(int number, const attempt_seen& seen, const stored_task& stored,
                              std::vector<std::string>& wrong);
    static void judge_end(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong);
    static void judge_logs(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong);

    std::map<std::string, task_seen> tasks_;
    int ended_ = 0;
};

} // namespace holdfast::test
