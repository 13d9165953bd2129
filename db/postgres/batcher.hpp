// Natural batching: while a batch is on the wire callers gather; when it is back, all that gathered goes as
// the next one. A batch of one goes at once. Calls that nobody is in a hurry for keep a distance besides:
// the first goes at once too, those that come soon after it wait for each other.
#pragma once

#include "db/postgres/error.hpp"
#include "db/postgres/parked.hpp"
#include "domain/id.hpp"
#include "domain/log.hpp"
#include "domain/result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::pg {

struct batch_limits {
    std::size_t batch_max = 500;      // calls in one batch
    std::size_t waiting_max = 10'000; // callers that wait for their batch; beyond it: overloaded
    std::size_t lanes_max = 4;        // batches in flight at once, each of another lane
    unsigned rounds_max = 8;          // batches that may leave a call unanswered before it fails: internal
    std::chrono::milliseconds distance{0}; // from one start to the next, unless a call is urgent
};

enum class urgency : std::uint8_t { at_once, may_gather };

// A batch holds calls of one lane (a tenant) only, and a lane has one batch in flight. For the thread that
// runs the executor. It must stay until close() was called and all callers have their answers.
template <class Request, class Answer> class batcher {
public:
    struct call {
        Request request;
        std::optional<result<Answer>> answer;
    };

    // Sends one batch and sets the answers. A call that it leaves without one goes first into the lane's next
    // batch. When it fails, nothing of the batch was done, and the answers that it set are forgotten:
    // unavailable and overloaded go to every caller; a deadlock or a serialization failure is sent once more;
    // after anything else the halves are sent by themselves, down to the call that is guilty. The calls stay
    // valid until it returns.
    using send_function = std::function<awaitable<result<void>>(std::span<call* const>)>;
    using lane_function = std::function<tenant_id(const Request&)>;
    using observer_function = std::function<void(std::size_t calls)>;

    batcher(executor where, batch_limits limits, lane_function lane_of, send_function send,
            observer_function observer = {})
        : where_(where),
          timer_(where),
          limits_(limits),
          lane_of_(std::move(lane_of)),
          send_(std::move(send)),
          observer_(std::move(observer)) {}

    batcher(const batcher&) = delete;
    batcher& operator=(const batcher&) = delete;

    // Additional errors: overloaded (waiting_max), unavailable (closed).
    [[nodiscard]] awaitable<result<Answer>> submit(Request request, urgency how = urgency::at_once) {
        if (closed_) co_return unavailable("the batcher is closed");
        if (waiting_ >= limits_.waiting_max) co_return failure{errc::overloaded};
        slot mine(std::move(request));
        enqueue(mine, how);
        co_await mine.caller.wait();
        co_return std::move(*mine.one.answer);
    }

    // Who waits for a batch is answered before this returns; who is in one, when it comes back.
    void close() {
        closed_ = true;
        timer_.cancel();
        queue left;
        for (auto& [tenant, l] : lanes_) left.splice(left.end(), l.waiting);
        ready_.clear();
        std::erase_if(lanes_, [](const auto& entry) { return !entry.second.in_flight; });
        waiting_ = 0;
        while (!left.empty()) {
            slot& s = left.front();
            left.pop_front();
            answer(s, unavailable("the batcher is closed"));
            s.caller.resume();
        }
    }

    // For metrics.
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

    [[nodiscard]] std::uint64_t batches() const { return batches_; } // sent and back, not counting repeats

    [[nodiscard]] std::uint64_t calls() const { return calls_; } // that were in them

private:
    // Never unlinked by its destructor: a parked caller is always taken out before it is resumed.
    using hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

    struct slot : hook {
        explicit slot(Request request) : one{std::move(request), std::nullopt} {}

        call one;
        parked caller;
        unsigned rounds = 0;
    };

    using queue = boost::intrusive::list<slot>;

    struct lane {
        tenant_id tenant;
        queue waiting;
        bool urgent = false; // one of them is
        bool in_flight = false;
    };

    struct group {
        std::span<call* const> calls;
        bool repeated = false;
    };

    static void answer(slot& s, failure why) { s.one.answer.emplace(std::move(why)); }

    void enqueue(slot& s, urgency how) {
        lane& l = lanes_[lane_of_(s.one.request)];
        const bool first = l.waiting.empty();
        l.waiting.push_back(s);
        ++waiting_;
        l.urgent = l.urgent || how == urgency::at_once;
        if (l.in_flight) return;
        if (first) {
            l.tenant = lane_of_(s.one.request);
            ready_.push_back(&l);
        }
        // Not at once: the caller's handler is stored only after this returns.
        if (!std::exchange(posted_, true)) asio::post(where_, [this] { start_posted(); });
    }

    void start_posted() {
        posted_ = false;
        start_when_due();
    }

    // An urgent lane takes the others along.
    void start_when_due() {
        if (ready_.empty()) return;
        const bool urgent =
            std::any_of(ready_.begin(), ready_.end(), [](const lane* l) { return l->urgent; });
        if (urgent || steady_clock::now() >= next_start_) {
            next_start_ = steady_clock::now() + limits_.distance;
            start();
        } else if (!std::exchange(timed_, true)) {
            timer_.expires_at(next_start_);
            timer_.async_wait([this](const boost::system::error_code& cancelled) {
                if (cancelled) return; // closed, and perhaps gone
                timed_ = false;
                start_when_due();
            });
        }
    }

    // The lanes take turns.
    void start() {
        while (in_flight_ < limits_.lanes_max && !ready_.empty()) {
            lane& l = *ready_.front();
            ready_.pop_front();
            std::vector<slot*> batch;
            batch.reserve(std::min(l.waiting.size(), limits_.batch_max));
            while (!l.waiting.empty() && batch.size() < limits_.batch_max) {
                batch.push_back(&l.waiting.front());
                l.waiting.pop_front();
            }
            waiting_ -= batch.size();
            l.urgent = l.urgent && !l.waiting.empty();
            l.in_flight = true;
            ++in_flight_;
            awaitable<void> work = run(l, std::move(batch));
            asio::co_spawn(where_, std::move(work), [](std::exception_ptr defect) {
                if (defect) std::rethrow_exception(defect);
            });
        }
    }

    awaitable<void> run(lane& l, std::vector<slot*> batch) {
        std::vector<call*> calls;
        calls.reserve(batch.size());
        for (slot* s : batch) calls.push_back(&s->one);
        std::vector<group> left;
        left.push_back({calls, false});
        while (!left.empty()) {
            const group now = left.back();
            left.pop_back();
            result<void> sent = co_await send_safely(now.calls);
            if (!sent) fail(now, sent.error(), left);
        }
        ++batches_;
        calls_ += batch.size();
        if (observer_) observer_(batch.size());
        hand_out(l, batch);
    }

    // What is thrown while a batch is bound or read is a defect, and must not leave its callers without
    // answer.
    awaitable<result<void>> send_safely(std::span<call* const> calls) {
        try {
            awaitable<result<void>> work = send_(calls);
            result<void> sent = co_await std::move(work);
            co_return sent;
        } catch (const std::exception& defect) {
            log::error("a batch threw", {{"what", defect.what()}});
            co_return failure{errc::internal}.because(defect.what());
        }
    }

    static void fail(const group& now, const failure& why, std::vector<group>& left) {
        for (call* c : now.calls) c->answer.reset();
        const bool hopeless = why.code() == errc::unavailable || why.code() == errc::overloaded;
        if (repeatable(why) && !now.repeated) {
            left.push_back({now.calls, true});
        } else if (hopeless || now.calls.size() == 1) {
            for (call* c : now.calls) c->answer.emplace(why.copy());
        } else {
            const std::size_t half = now.calls.size() / 2;
            left.push_back({now.calls.subspan(half), false});
            left.push_back({now.calls.first(half), false});
        }
    }

    // Unanswered calls go first into the next batch; that one starts before anybody is resumed.
    void hand_out(lane& l, std::vector<slot*>& batch) {
        queue again;
        std::erase_if(batch, [&](slot* s) {
            if (s->one.answer) return false;
            if (closed_)
                answer(*s, unavailable("the batcher is closed"));
            else if (++s->rounds > limits_.rounds_max)
                answer(*s, failure{errc::internal}.because("left unanswered by too many batches"));
            if (s->one.answer) return false;
            again.push_back(*s);
            return true;
        });
        waiting_ += again.size();
        l.urgent = l.urgent || !again.empty();
        l.waiting.splice(l.waiting.begin(), again);
        l.in_flight = false;
        --in_flight_;
        if (l.waiting.empty())
            lanes_.erase(l.tenant);
        else
            ready_.push_back(&l);
        start_when_due();
        for (slot* s : batch) s->caller.resume();
    }

    executor where_;
    steady_timer timer_; // ends the distance that calls which may gather have to keep
    batch_limits limits_;
    lane_function lane_of_;
    send_function send_;
    observer_function observer_;

    std::unordered_map<tenant_id, lane, id_hash> lanes_; // nodes stay where they are
    std::deque<lane*> ready_;                            // have callers waiting and no batch in flight
    std::size_t in_flight_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t batches_ = 0;
    std::uint64_t calls_ = 0;
    steady_clock::time_point next_start_{}; // of calls that may gather
    bool posted_ = false;
    bool timed_ = false;
    bool closed_ = false;
};

} // namespace holdfast::pg
