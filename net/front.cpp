#include "net/front.hpp"

namespace holdfast::net {

guest::guest(front& home, const asio::ip::address& remote)
    : home_(&home), from_(home.callers.enter(remote, steady_clock::now())) {
    home.guests_.push_back(*this);
    ++home.count_;
}

guest::~guest() {
    if (!home_) return;
    home_->guests_.erase(home_->guests_.iterator_to(*this));
    --home_->count_;
    home_->callers.leave(from_);
    if (home_->left) home_->left();
}

front::~front() {
    guests_.clear_and_dispose([](guest* one) { one->home_ = nullptr; });
}

void front::drain() {
    draining_ = true;
    for (guest& one : guests_) one.drain();
}

void front::cut() {
    for (guest& one : guests_) one.cut();
}

} // namespace holdfast::net
