#include "test/support/history.hpp"

#include <boost/json/parse.hpp>

namespace holdfast::test {
namespace {

std::string text_of(const boost::json::value& from) {
    return from.is_string() ? std::string(from.get_string()) : std::string();
}

bool is_final(const std::string& status) {
    return status == "completed" || status == "failed" || status == "cancelled";
}

std::string of(int attempt) {
    return "attempt " + std::to_string(attempt) + ": ";
}

} // namespace

stored_tasks read_stored_tasks(const scratch_database& from) {
    const std::string rows = from.ask(R"(
SELECT coalesce(json_agg(json_build_array(task_id, status, attempt, failures, max_attempts, snapshot_id,
         (SELECT json_agg(json_build_array(l.attempt, l.body)) FROM task_logs l
           WHERE l.tenant_id = t.tenant_id AND l.task_id = t.task_id))), '[]')
  FROM tasks t)");
    stored_tasks out;
    const boost::json::value parsed = boost::json::parse(rows);
    for (const auto& row : parsed.as_array()) {
        stored_task& one = out[text_of(row.at(0))];
        one.status = text_of(row.at(1));
        one.attempt = row.at(2).to_number<int>();
        one.failures = row.at(3).to_number<int>();
        one.max_attempts = row.at(4).to_number<int>();
        one.snapshot = text_of(row.at(5));
        if (const auto* logs = row.at(6).if_array())
            for (const auto& log : *logs) one.logs[log.at(0).to_number<int>()] = text_of(log.at(1));
    }
    return out;
}

void history::created(const std::string& task) {
    ++tasks_[task].created;
}

void history::received(const std::string& task, int attempt) {
    ++tasks_[task].attempts[attempt].answers;
}

void history::sent_ack(const std::string& task, int attempt) {
    tasks_[task].attempts[attempt].ack_sent = true;
}

void history::answered_ack(const std::string& task, int attempt, unsigned status) {
    if (status == 200) tasks_[task].attempts[attempt].acked = true;
}

void history::sent_result(const std::string& task, int attempt, bool completed, const std::string& mark) {
    attempt_seen& a = tasks_[task].attempts[attempt];
    a.contradicted = a.contradicted || (!a.mark.empty() && (a.mark != mark || a.completed != completed));
    a.completed = completed;
    a.mark = mark;
}

void history::answered_result(const std::string& task, int attempt, unsigned status,
                              const std::string& state) {
    if (status != 200) return;
    attempt_seen& a = tasks_[task].attempts[attempt];
    if (a.accepted.empty() && is_final(state)) ++ended_;
    a.accepted = state;
}

std::vector<std::string> history::judge(const stored_tasks& stored) const {
    std::vector<std::string> out;
    const auto add = [&out](const std::string& task, const std::vector<std::string>& wrong) {
        for (const std::string& each : wrong) out.push_back("task " + task + ": " + each);
    };
    for (const auto& [id, seen] : tasks_) {
        const auto at = stored.find(id);
        std::vector<std::string> wrong;
        if (seen.created == 0) wrong.emplace_back("handed out, and nobody was told that it was made");
        if (seen.created > 1) wrong.emplace_back("named in two answers as new");
        if (at == stored.end())
            wrong.emplace_back("lost: it was made, and the database does not know it");
        else
            judge_one(seen, at->second, wrong);
        add(id, wrong);
    }
    for (const auto& [id, one] : stored)
        if (!tasks_.contains(id)) add(id, {"in the database, and nobody was told that it was made"});
    return out;
}

void history::judge_one(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong) {
    for (const auto& [number, attempt] : seen.attempts) judge_attempt(number, attempt, stored, wrong);
    if (is_final(stored.status))
        judge_end(seen, stored, wrong);
    else
        wrong.push_back("stuck: " + stored.status + " at attempt " + std::to_string(stored.attempt));
    judge_logs(seen, stored, wrong);
}

void history::judge_attempt(int number, const attempt_seen& seen, const stored_task& stored,
                            std::vector<std::string>& wrong) {
    if (seen.answers > 1) wrong.push_back(of(number) + "in " + std::to_string(seen.answers) + " answers");
    if (seen.answers == 0) wrong.push_back(of(number) + "reported, and in no answer: the test is at fault");
    if (seen.contradicted && seen.answers == 1)
        wrong.push_back(of(number) + "has two results: the test is at fault");
    if (number > stored.attempt)
        wrong.push_back(of(number) + "handed out, and the database is at attempt " +
                        std::to_string(stored.attempt));
    if (seen.acked && number == stored.attempt && stored.status == "pending" && seen.accepted != "pending")
        wrong.push_back(of(number) + "acknowledged, and pending all the same");
    if (seen.accepted.empty()) return;
    const std::string said = seen.completed ? "completed" : "failed";
    if (seen.accepted != said && !(said == "failed" && seen.accepted == "pending"))
        wrong.push_back(of(number) + "reported as " + said + ", and answered with " + seen.accepted);
    if (is_final(seen.accepted) && (stored.status != seen.accepted || stored.attempt != number))
        wrong.push_back(of(number) + "result lost: answered with " + seen.accepted + ", and it is " +
                        stored.status + " at attempt " + std::to_string(stored.attempt));
}

void history::judge_end(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong) {
    const auto last = seen.attempts.find(stored.attempt);
    const bool reported = last != seen.attempts.end() && !last->second.mark.empty();
    if (stored.status == "completed") {
        if (!reported || !last->second.completed)
            wrong.emplace_back("completed, and no agent said so");
        else if (stored.snapshot != last->second.mark)
            wrong.push_back("the snapshot is '" + stored.snapshot + "', and not '" + last->second.mark + "'");
    } else if (stored.status == "failed" && (!reported || last->second.completed) &&
               stored.failures < stored.max_attempts) {
        wrong.emplace_back("failed, and no agent said so");
    }
    // Every attempt that began and did not complete is one failure: reported, or its lease ended. Of an
    // acknowledgement that was sent and not answered nobody knows.
    int least = 0;
    int most = 0;
    for (const auto& [number, attempt] : seen.attempts) {
        if (stored.status == "completed" && number == stored.attempt) continue;
        least += attempt.acked ? 1 : 0;
        most += attempt.ack_sent ? 1 : 0;
    }
    if (stored.failures < least || stored.failures > most)
        wrong.push_back(std::to_string(stored.failures) + " failures, and " + std::to_string(least) + " to " +
                        std::to_string(most) + " attempts began and did not complete");
}

void history::judge_logs(const task_seen& seen, const stored_task& stored, std::vector<std::string>& wrong) {
    for (const auto& [number, attempt] : seen.attempts) {
        const auto log = stored.logs.find(number);
        if (log == stored.logs.end()) {
            if (!attempt.accepted.empty()) wrong.push_back(of(number) + "the log of its result is lost");
        } else if (log->second != attempt.mark) {
            wrong.push_back(of(number) + "the log is '" + log->second + "', and not '" + attempt.mark + "'");
        }
    }
    for (const auto& [number, log] : stored.logs)
        if (!seen.attempts.contains(number)) wrong.push_back(of(number) + "has a log, and no agent had it");
}

std::string history::summary() const {
    int attempts = 0;
    int acked = 0;
    int unknown = 0;
    for (const auto& [id, seen] : tasks_)
        for (const auto& [number, a] : seen.attempts) {
            ++attempts;
            acked += a.acked ? 1 : 0;
            unknown += !a.mark.empty() && a.accepted.empty() ? 1 : 0;
        }
    return std::to_string(tasks_.size()) + " tasks, " + std::to_string(attempts) + " attempts seen, " +
           std::to_string(acked) + " acknowledged, " + std::to_string(unknown) +
           " results that were refused or never answered, " + std::to_string(ended_) + " tasks ended";
}

} // namespace holdfast::test
