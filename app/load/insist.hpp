// A call that is repeated, with pauses, until the server says yes or no.
#pragma once

#include "app/load/rest.hpp"
#include "app/load/tally.hpp"

#include <limits>

namespace holdfast::app::load {

template <class T> struct insisted {
    std::optional<T> value;
    net::call_failure wrong;
    bool doubtful = false; // a try was not answered: the server may have done it, whatever it said later
};

// As an agent that has something to tell: it has to get rid of it, however long that takes.
constexpr int without_end = std::numeric_limits<int>::max();

// `ask` returns the awaitable of one try. What is due at some time is measured from then on, all tries
// together; else the try that was answered.
template <class T, class Ask>
awaitable<insisted<T>> insist(tally& counts, call_kind which, rest& pause, Ask ask,
                              std::optional<steady_clock::time_point> due = std::nullopt, int tries_max = 6) {
    insisted<T> out;
    for (int tries = 1; tries <= tries_max && !pause.over(); ++tries) {
        const auto begin = due.value_or(steady_clock::now());
        net::answered<T> got = co_await ask();
        if (got.value) {
            counts.took(which, steady_clock::now() - begin);
            pause.well();
            out.value = std::move(got.value);
            co_return out;
        }
        if (pause.over()) break;
        out.wrong = std::move(got.wrong);
        const bool final = out.wrong.final();
        counts.failed(which, out.wrong, final && !out.doubtful);
        if (final) co_return out;
        out.doubtful = true;
        co_await pause.after_failure(out.wrong.retry_after);
    }
    out.doubtful = true;
    co_return out;
}

} // namespace holdfast::app::load
