// Who is answered by which of libpq's results. Pure: neither libpq nor Asio.
//
// In pipeline mode libpq gives, for each statement, one result and then a null; for each sync one result with
// no null behind it. After an error everything up to the next sync is aborted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace holdfast::pg {

enum class event : std::uint8_t { rows, error, aborted, null, sync, other };

enum class verdict : std::uint8_t {
    nothing,  // go on
    keep,     // rows of the oldest unit's statement number `statement`
    failed,   // the oldest unit's first error, of that statement
    answered, // the oldest unit is complete and no longer in flight
    broken,   // not what was asked for: the connection can't be used any more
};

struct reading {
    verdict what;
    std::size_t statement = 0;
};

class pipeline_order {
public:
    // A unit is one or more stretches, each ended by a sync; statements are counted through all of them.
    void sent(std::size_t statements, bool ends_unit) {
        stretches_.push_back({statements, ends_unit});
        if (ends_unit) ++units_;
    }

    // Units sent and not answered.
    [[nodiscard]] std::size_t in_flight() const { return units_; }

    [[nodiscard]] bool waiting() const { return !stretches_.empty(); }

    [[nodiscard]] reading on(event what) {
        if (what != event::null) nulls_ = 0;
        if (stretches_.empty()) return {verdict::broken};
        switch (what) {
        case event::rows: return result_of_statement(verdict::keep);
        case event::error: return result_of_statement(failed_ ? verdict::nothing : verdict::failed);
        case event::aborted: return result_of_statement(verdict::nothing);
        case event::null: return end_of_statement();
        case event::sync: return end_of_stretch();
        case event::other: break;
        }
        return {verdict::broken};
    }

private:
    struct stretch {
        std::size_t statements;
        bool ends_unit;
    };

    reading result_of_statement(verdict what) {
        if (open_ || done_ == stretches_.front().statements) return {verdict::broken};
        open_ = true;
        failed_ = failed_ || what == verdict::failed;
        return {what, before_ + done_};
    }

    // After a shutdown of the server libpq may give nulls for ever instead of the sync.
    reading end_of_statement() {
        constexpr int nulls_max = 2;
        if (++nulls_ > nulls_max) return {verdict::broken};
        if (open_) ++done_;
        open_ = false;
        return {verdict::nothing};
    }

    reading end_of_stretch() {
        const stretch ended = stretches_.front();
        if (open_ || done_ != ended.statements) return {verdict::broken};
        stretches_.pop_front();
        before_ = ended.ends_unit ? 0 : before_ + done_;
        done_ = 0;
        if (!ended.ends_unit) return {verdict::nothing};
        failed_ = false;
        --units_;
        return {verdict::answered};
    }

    std::deque<stretch> stretches_;
    std::size_t units_ = 0;
    std::size_t before_ = 0; // statements of the unit's earlier stretches
    std::size_t done_ = 0;   // statements of this stretch that are over
    bool open_ = false;      // a statement's result came, its null not yet
    bool failed_ = false;    // the unit's first error has been told
    int nulls_ = 0;
};

} // namespace holdfast::pg
