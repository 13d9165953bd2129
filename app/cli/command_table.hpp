// The commands that call the API, as a table: what each is called, what it takes, what it asks of the server
// and how the answer is shown. Everything else (help, parsing, calling, rendering) goes by it.
#pragma once

#include "net/request.hpp"

#include <span>

namespace holdfast::app::cli {

struct order;

// Where a word of the command line goes.
enum class place : unsigned char {
    path,   // into the target, in this order
    query,  // of the target
    body,   // a member, "a.b" inside of a
    command // to the command itself
};

enum class kind : unsigned char {
    text,
    number,
    flag,   // given or not; true
    limit,  // a number, or none: null
    moment, // RFC 3339, or a duration from now: 90m, 2h, 7d
    agent,  // a hostname or an id; goes as an id
    agents, // several
    policy, // a name or an id; goes as an id
};

struct argument {
    const char* name; // "--note", or "TASK" for one that goes by its place
    const char* wire; // what the API calls it
    place where = place::query;
    kind what = kind::text;
    const char* help = "";
    bool required = false;  // as all those without "--" are
    bool fits_many = false; // without "--", the last: the call is made for each
};

// How a member of an answer's object is shown in a table.
enum class shown : unsigned char { as_is, whole, agent_name, policy_name }; // whole: never cut

struct column {
    const char* heading;
    const char* member; // "a.b" inside of a
    shown how = shown::as_is;
};

enum class shape : unsigned char {
    pages, // of a list: a table
    items, // a list in one piece: a table
    one,   // an object: a line for each member
    none   // no body: a sentence
};

struct command_call {
    net::verb method = net::verb::get;
    const char* target = ""; // "/agents/{}": {} is the next argument for the path
    const char* body = ""; // what stands in it whatever the arguments are; empty and no argument for it: none
    shape answer = shape::one;
    std::span<const column> columns = {};
    const char* sentence = ""; // of shape::none: "{} is deleted", {} is what was given
    std::size_t most = 0;      // items of shape::pages, unless --limit says otherwise; 0: all
};

struct command_row {
    const char* noun;
    const char* verb; // empty: the noun is the command
    const char* help;
    std::span<const argument> arguments;
    command_call call;
    // In place of a call: a command of its own.
    int (*run)(const order&) = nullptr;
    bool as_json = false; // it can print JSON, as all calls can
};

[[nodiscard]] std::span<const command_row> command_rows();

// "agents" and so on, with what they are about.
struct noun_row {
    const char* noun;
    const char* help;
};

[[nodiscard]] std::span<const noun_row> noun_rows();

} // namespace holdfast::app::cli
