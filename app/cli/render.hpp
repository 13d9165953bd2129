// Answers of the API on standard output: the one place that decides what they look like.
#pragma once

#include "app/cli/command_table.hpp"
#include "app/cli/names.hpp"

#include <span>
#include <string>

namespace holdfast::app::cli {

class renderer {
public:
    // As JSON, bodies are printed as they came.
    renderer(names& known, bool as_json) : names_(known), as_json_(as_json) {}

    // A body with `items`: a table with these columns.
    void list(const std::string& body, std::span<const column> columns);

    // A body that is an object: a line for each member, a table for a list of objects inside of it. The
    // columns say which members are ids with a name.
    void one(const std::string& body, std::span<const column> columns);

    // Where the answer has no body.
    void sentence(const std::string& text) const;

private:
    std::string cell(const boost::json::value& item, const column& which);

    names& names_;
    bool as_json_;
};

} // namespace holdfast::app::cli
