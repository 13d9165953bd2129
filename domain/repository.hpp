// restic's repository strings, as far as the server has to understand them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

// The same with a password in it replaced by `***`: for viewers and logs.
[[nodiscard]] std::string masked_repository(std::string_view repository);

// How operators may write a repository instead of restic's own string. Members that a type does not have are
// ignored.
struct repository_spec {
    std::string type{};                                        // s3, rest-server, fs, sftp
    std::optional<std::string> bucket{}, prefix{}, endpoint{}; // s3
    std::optional<std::string> url{}, username{}, password{};  // rest-server
    std::optional<std::string> path{};                         // fs, sftp
    std::optional<std::string> host{}, user{};                 // sftp
    std::optional<int> port{};                                 // sftp
};

struct repository_error {
    std::string_view member;
    std::string_view detail;
};

// restic's string for it (restic's manual, "Preparing a new repository"), or what is wrong.
struct resolved_repository {
    std::string text;
    std::optional<repository_error> wrong;
};

[[nodiscard]] resolved_repository resolve(const repository_spec& spec);

} // namespace holdfast
