// The operators' own long poll, of one core. While somebody looks on at a tenant, here or elsewhere, each
// core of each server keeps a short journal of what changed there: what its own calls changed, and what the
// others tell. Nobody looks on: there is no journal, and a change costs one look-up in an empty map.
#pragma once

#include "domain/async.hpp"
#include "domain/changes.hpp"
#include "domain/identity.hpp"
#include "domain/metrics.hpp"
#include "domain/peer.hpp"
#include "domain/result.hpp"
#include "domain/wakeups.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace holdfast {

// A place in a journal. Another core's cursor is understood: its time counts, a little of what was told
// before is told again.
struct change_cursor {
    std::int64_t at = 0;      // microseconds since the Unix epoch
    std::uint64_t origin = 0; // of the core whose journal it is
};

struct change_request {
    identity by;
    std::optional<change_cursor> since;
    std::chrono::seconds wait{0};
};

struct change_answer {
    change_cursor next;
    change_digest changes;
};

class change_feed final : public change_notes {
public:
    change_feed(executor ex, wakeups& bell, metrics& counts);
    ~change_feed();
    change_feed(const change_feed&) = delete;
    change_feed& operator=(const change_feed&) = delete;

    // What changed since, as soon as there is something; nothing: the time is over. Without `since` the
    // present cursor, at once. errc::start_over where it can't be told any more, errc::gone_away when the
    // caller hung up.
    [[nodiscard]] awaitable<result<std::optional<change_answer>>> ask(change_request request, peer& caller);

    void note(tenant_id tenant, change_kind kind, const change& one) override;

    // Somebody looks on at this tenant, on another core.
    void hear_watched(tenant_id tenant);
    // What changed there by calls of another core.
    void hear(tenant_id tenant, const change_digest& changes);

    // Something may have been missed: who looks on starts over.
    void doubt_all();
    // What waits by this token ends.
    void end(token_id token);
    // All that waits ends, and what comes does not wait.
    void drain();

private:
    class place;
    struct journal;

    journal& journal_of(tenant_id tenant);
    void announce(tenant_id tenant, journal& of);
    void pass_on_soon();
    void pass_on();

    executor executor_;
    wakeups& bell_;
    metrics& counts_;
    std::uint64_t origin_;
    boost::unordered_flat_map<tenant_id, std::unique_ptr<journal>, id_hash> journals_;
    steady_timer company_; // what changed in a short while is passed on together
    bool passing_on_ = false;
    std::size_t viewers_ = 0;
    bool draining_ = false;
};

} // namespace holdfast
