#include "net/deadlines.hpp"

namespace holdfast::net {

void deadline::arm(steady_clock::duration from_now) {
    disarm();
    at_ = steady_clock::now() + from_now;
    all_->add(*this);
}

void deadline::disarm() {
    if (is_linked()) all_->remove(*this);
}

void deadlines::end_when_empty() {
    ending_ = true;
    if (set_.empty()) stop();
}

void deadlines::add(deadline& one) {
    set_.insert(one);
    if (one.at_ < wakes_) sleep_until(one.at_);
}

void deadlines::remove(deadline& one) {
    set_.erase(set_.iterator_to(one));
    if (ending_ && set_.empty()) stop();
}

void deadlines::stop() {
    wakes_ = steady_clock::time_point::max();
    timer_.cancel();
}

void deadlines::sleep_until(steady_clock::time_point when) {
    wakes_ = when;
    timer_.expires_at(when);
    timer_.async_wait([this](error_code ec) {
        if (!ec) tick();
    });
}

void deadlines::tick() {
    wakes_ = steady_clock::time_point::max();
    const steady_clock::time_point now = steady_clock::now();
    while (!set_.empty() && set_.begin()->at_ <= now) {
        deadline& due = *set_.begin();
        set_.erase(set_.begin());
        due.expired();
    }
    if (!set_.empty()) sleep_until(set_.begin()->at_);
}

} // namespace holdfast::net
