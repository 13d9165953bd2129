#include "app/agent/restic_command.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace holdfast::app {
namespace {

using words = std::vector<std::string>;

// restic's limits are in KiB/s, and so is the task's number (docs/api/task-distribution.md, "Bandwidth"). A
// backup uploads; a check downloads, and a prune does both. Every backend of restic has `connections`.
void add_limits(words& out, const order& task) {
    if (!task.execution_params) return;
    const execution_limits& limits = *task.execution_params;
    if (limits.bandwidth_limit_kbps.value_or(0) > 0)
        for (const char* option : {"--limit-upload=", "--limit-download="})
            out.push_back(option + std::to_string(*limits.bandwidth_limit_kbps));
    if (limits.parallelism.value_or(0) > 0) {
        out.emplace_back("-o");
        out.push_back(std::string(backend_of(task.repository)) +
                      ".connections=" + std::to_string(*limits.parallelism));
    }
}

result<words> backup_words(const restic_setup& setup, const order& task) {
    if (!task.include_paths || task.include_paths->empty())
        return failure{errc::invalid, "the task names no path to back up"};
    words out{"backup", "--json", "--host=" + setup.hostname, "--tag=holdfast",
              "--tag=task=" + to_string(task.task_id)};
    if (task.exclude_paths)
        for (const std::string& pattern : *task.exclude_paths) out.push_back("--exclude=" + pattern);
    add_limits(out, task);
    out.emplace_back("--"); // what follows are paths, whatever they begin with
    out.insert(out.end(), task.include_paths->begin(), task.include_paths->end());
    return out;
}

result<words> prune_words(const restic_setup& setup, const order& task) {
    const retention_rules rules = task.retention.value_or(retention_rules{});
    const std::array<std::pair<const char*, std::optional<int>>, 6> counts{
        {{"--keep-last=", rules.keep_last},
         {"--keep-hourly=", rules.keep_hourly},
         {"--keep-daily=", rules.keep_daily},
         {"--keep-weekly=", rules.keep_weekly},
         {"--keep-monthly=", rules.keep_monthly},
         {"--keep-yearly=", rules.keep_yearly}}};
    words keep;
    for (const auto& [option, count] : counts)
        if (count.value_or(0) > 0) keep.push_back(option + std::to_string(*count));
    if (rules.keep_within && !rules.keep_within->empty())
        keep.push_back("--keep-within=" + *rules.keep_within);
    if (keep.empty())
        return failure{errc::invalid, "the task's retention keeps nothing: refused to remove every snapshot"};
    words out{"forget", "--prune", "--host=" + setup.hostname};
    std::move(keep.begin(), keep.end(), std::back_inserter(out));
    add_limits(out, task);
    return out;
}

result<words> words_of(const restic_setup& setup, const order& task) {
    switch (task.task_type) {
    case task_type::backup: return backup_words(setup, task);
    case task_type::prune: return prune_words(setup, task);
    case task_type::check: break;
    }
    words out{"check"};
    add_limits(out, task);
    return out;
}

bool names(std::string_view variable, std::string_view name) {
    return variable.starts_with(name) && variable.substr(name.size()).starts_with('=');
}

} // namespace

std::string_view backend_of(std::string_view repository) {
    static constexpr std::array<std::string_view, 8> backends{"sftp", "rest",  "s3", "swift",
                                                              "b2",   "azure", "gs", "rclone"};
    const std::string_view scheme = repository.substr(0, std::min(repository.find(':'), repository.size()));
    const bool known = scheme.size() < repository.size() &&
                       std::find(backends.begin(), backends.end(), scheme) != backends.end();
    return known ? scheme : "local";
}

std::vector<std::string> restic_environment(const restic_setup& setup, std::string_view repository) {
    std::vector<std::string> out;
    bool paced = false;
    for (const std::string& each : setup.environment) {
        if (each.starts_with("HOLDFAST_") || names(each, "RESTIC_REPOSITORY") ||
            names(each, "RESTIC_REPOSITORY_FILE"))
            continue;
        paced = paced || names(each, "RESTIC_PROGRESS_FPS");
        out.push_back(each);
    }
    out.push_back("RESTIC_REPOSITORY=" + std::string(repository));
    if (!paced) // nobody looks at 60 status lines a second
        out.push_back("RESTIC_PROGRESS_FPS=" +
                      std::to_string(1.0 / static_cast<double>(setup.progress_interval.count())));
    return out;
}

command restic_call(const restic_setup& setup, const order& task, std::vector<std::string> what) {
    what.insert(what.begin(), setup.program);
    return {std::move(what), restic_environment(setup, task.repository), setup.patience};
}

result<command> restic_command(const restic_setup& setup, const order& task) {
    result<words> what = words_of(setup, task);
    if (!what) return std::move(what).error();
    return restic_call(setup, task, std::move(*what));
}

} // namespace holdfast::app
