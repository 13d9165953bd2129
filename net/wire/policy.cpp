#include "net/wire/policy.hpp"

#include "domain/repository.hpp"
#include "domain/validation.hpp"
#include "net/json/write.hpp"
#include "net/wire/work.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace holdfast::net::wire {
namespace {

// The repository as it was given, without its password.
document masked(const document& spec) {
    boost::system::error_code ec;
    boost::json::value value = boost::json::parse(spec.text, ec);
    if (ec || !value.is_object()) return {"null"};
    for (auto& member : value.get_object())
        if (member.key() == "password") member.value() = "***";
    return {boost::json::serialize(value)};
}

} // namespace

result<policy> policy_from(policy_body given) {
    std::vector<field_error> wrong;
    policy p;
    p.id = policy_id::make();
    p.name = std::move(given.name);
    p.description = std::move(given.description);
    p.when.schedule = std::move(given.schedule);
    p.when.check_schedule = std::move(given.check_schedule);
    p.when.prune_schedule = std::move(given.prune_schedule);
    p.when.timezone = given.timezone.value_or(p.when.timezone);
    p.when.spread_seconds = given.spread_seconds.value_or(p.when.spread_seconds);
    if (given.overlap == overlap::queue) p.overlap = "queue";
    if (given.on_missed == on_missed::skip) p.when.on_missed = "skip";
    p.when.min_gap_seconds = given.min_gap_seconds.value_or(p.when.min_gap_seconds);
    p.max_age_seconds = given.max_age_seconds;
    p.what.include_paths = std::move(given.include_paths);
    if (given.exclude_paths) p.what.exclude_paths = std::move(*given.exclude_paths);
    p.max_attempts = given.max_attempts.value_or(p.max_attempts);
    p.when.enabled = given.enabled.value_or(p.when.enabled);
    repository_value repository = read_repository(given.repository, "/repository", wrong);
    p.what.repository = std::move(repository.text);
    p.repository_spec = std::move(repository.spec);
    if (given.retention) p.what.retention = read_retention(*given.retention, "/retention", wrong);
    if (given.execution_params)
        p.what.execution_params = read_execution_params(*given.execution_params, "/executionParams", wrong);
    std::vector<field_error> more = check(p);
    wrong.insert(wrong.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    if (wrong.empty()) return p;
    return invalid(std::move(wrong));
}

policy_view view_of(policy from, bool mask_secrets) {
    document repository;
    if (from.repository_spec)
        repository = mask_secrets ? masked(*from.repository_spec) : *from.repository_spec;
    else
        repository.text =
            json::to_text(mask_secrets ? masked_repository(from.what.repository) : from.what.repository);
    return {.policy_id = from.id,
            .name = std::move(from.name),
            .description = std::move(from.description),
            .schedule = std::move(from.when.schedule),
            .check_schedule = std::move(from.when.check_schedule),
            .prune_schedule = std::move(from.when.prune_schedule),
            .timezone = std::move(from.when.timezone),
            .spread_seconds = from.when.spread_seconds,
            .overlap = std::move(from.overlap),
            .on_missed = std::move(from.when.on_missed),
            .min_gap_seconds = from.when.min_gap_seconds,
            .max_age_seconds = from.max_age_seconds,
            .include_paths = std::move(from.what.include_paths),
            .exclude_paths = std::move(from.what.exclude_paths),
            .repository = std::move(repository),
            .retention = std::move(from.what.retention),
            .execution_params = std::move(from.what.execution_params),
            .max_attempts = from.max_attempts,
            .enabled = from.when.enabled,
            .created_at = from.created_at,
            .updated_at = from.updated_at};
}

} // namespace holdfast::net::wire
