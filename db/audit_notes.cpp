#include "db/audit_notes.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace holdfast::db {

void audit_notes::add(const origin& by, audit_action what, std::optional<uuid> subject,
                      boost::json::object details, int request) {
    if (!by.is_audited()) return;
    boost::json::object note{
        {"id", to_string(audit_id::make())}, {"action", name_of(what)}, {"by", by.by}, {"n", request}};
    if (by.token) note.emplace("token", to_string(*by.token));
    if (!by.request.empty()) note.emplace("request", by.request);
    if (!by.address.empty()) note.emplace("address", by.address);
    if (subject) note.emplace("subject", to_string(*subject));
    note.emplace("details", std::move(details));
    all_.push_back(std::move(note));
}

pg::jsonb audit_notes::as_jsonb() const {
    return {boost::json::serialize(all_)};
}

pg::jsonb audit_note(const origin& by, audit_action what, std::optional<uuid> subject,
                     boost::json::object details) {
    audit_notes notes;
    notes.add(by, what, subject, std::move(details));
    return notes.as_jsonb();
}

} // namespace holdfast::db
