#include "net/client/api_client.hpp"

#include <boost/describe/class.hpp>

#include <charconv>

namespace holdfast::net {
namespace {

struct wrong_field {
    std::string pointer, detail;
};

BOOST_DESCRIBE_STRUCT(wrong_field, (), (pointer, detail))

struct problem_body {
    std::optional<std::string> detail, title;
    std::optional<std::vector<wrong_field>> errors;
};

BOOST_DESCRIBE_STRUCT(problem_body, (), (detail, title, errors))

call_failure failure_of(const response& got) {
    call_failure out;
    out.status = got.status;
    out.words = "the server answered " + std::to_string(got.status);
    auto problem = json::read_body<problem_body>(got.body, "application/json");
    if (problem && (problem->detail || problem->title))
        out.words += ": " + (problem->detail ? *problem->detail : *problem->title);
    if (problem && problem->errors)
        for (wrong_field& each : *problem->errors)
            out.fields.push_back({std::move(each.pointer), std::move(each.detail)});
    out.request_id = got.header("X-Request-Id");
    const std::string_view after = got.header("Retry-After");
    long seconds = 0;
    if (std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc() &&
        seconds > 0 && seconds < 3600)
        out.retry_after = std::chrono::seconds(seconds);
    return out;
}

} // namespace

void api_client::use_token(const std::string& token) {
    header_list headers;
    headers.emplace_back("Authorization", "Bearer " + token);
    client_.set_headers(std::move(headers));
}

awaitable<answered<std::string>> api_client::call(verb method, std::string target, header_list headers,
                                                  std::string body, std::chrono::seconds deadline) {
    auto got =
        co_await client_.request(method, std::move(target), std::move(headers), std::move(body), deadline);
    answered<std::string> out;
    if (!got)
        out.wrong.words = got.error().detail();
    else if (got->good())
        out.value = std::move(got->body);
    else
        out.wrong = failure_of(*got);
    co_return out;
}

} // namespace holdfast::net
