// What clients send and are answered about who sends, who is not sent to, and what became of mail.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::uint64_t address_octets_max = 320;
constexpr std::array<std::string_view, 4> suppression_reasons{"manual", "hard_bounce", "complaint",
                                                              "unsubscribe"};

constexpr field of_account{.name = "account",
                           .about = "whose it is; the key's own account by default",
                           .rule = text_rule::name};
constexpr field list_limit{.name = "limit",
                           .about = "how many items at most",
                           .kind = value_kind::number,
                           .least = 1,
                           .most = 500};
constexpr field list_after{.name = "after", .about = "the `next` of the page before", .most = 600};

constexpr field truth_of(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .kind = value_kind::truth, .required = true};
}

constexpr field new_identity_fields[] = {
    {.name = "domain", .about = "the domain", .required = true, .most = 255},
    {.name = "tags", .about = "notes of your own", .kind = value_kind::text_map, .most = 50},
};
constexpr field new_sender_fields[] = {
    {.name = "address",
     .about = "the address, of this domain",
     .required = true,
     .most = address_octets_max},
    {.name = "display_name", .about = "the name shown with it", .most = 255},
};
constexpr field sender_password_fields[] = {
    {.name = "password",
     .about = "10 to 64 octets; it is kept as a hash",
     .required = true,
     .most = 64},
};
constexpr field identity_fields[] = {
    text_of("domain", "the domain, in A-labels"),
    text_of("account", "whose it is"),
    time_of("created_at", "when it was added"),
    truth_of("verified", "whether mail may be sent from it: its records were found"),
    number_of("senders", "how many addresses it has"),
    {.name = "tags",
     .about = "notes of your own",
     .kind = value_kind::text_map,
     .rule = text_rule::free,
     .required = true},
    list_of("records", "what to publish in the DNS", dns_record),
    list_of("keys", "what its mail is signed with", identity_key),
    time_of("checked_at", "when the DNS was asked last; null: not yet", true),
    time_of("wrong_since", "since when what was right is wrong; null: it is right, or never was",
            true),
    text_of("return_path", "where its bounces go, once its records are right"),
    text_of("tracking_host", "where its links lead; empty: to the node's own"),
};
constexpr field sender_fields[] = {
    text_of("address", "the address"),
    text_of("account", "whose it is"),
    text_of("display_name", "the name shown with it"),
    time_of("created_at", "when it was added"),
    truth_of("has_password", "whether it may submit over SMTP"),
};

constexpr field new_suppression_fields[] = {
    {.name = "address", .about = "the address", .required = true, .most = address_octets_max},
    {.name = "reason",
     .about = "why; manual by default",
     .rule = text_rule::choice,
     .choices = suppression_reasons},
    {.name = "until", .about = "when it is over; never by default", .rule = text_rule::date_time},
    {.name = "text", .about = "a note", .most = 500},
};
constexpr field suppression_query_fields[] = {
    of_account,
    {.name = "address", .about = "only this address", .most = address_octets_max},
    {.name = "reason",
     .about = "only with this reason",
     .rule = text_rule::choice,
     .choices = suppression_reasons},
    list_limit,
    list_after,
};
constexpr field suppression_fields[] = {
    text_of("address", "the address, in lower case"),
    text_of("account", "who does not send to it"),
    text_of("reason", "manual, hard_bounce, complaint or unsubscribe"),
    number_of("number", "of this entry"),
    time_of("since", "when it was made"),
    time_of("until", "when it is over; null: never", true),
    text_of("text", "what the receiver said, or a note"),
};

constexpr field suppression_import_query_fields[] = {
    of_account,
    {.name = "reason",
     .about = "of lines that give none; manual by default",
     .rule = text_rule::choice,
     .choices = suppression_reasons},
    {.name = "until",
     .about = "of lines that give none: when they are over; never by default",
     .rule = text_rule::date_time},
};
constexpr field suppression_import_fields[] = {
    number_of("lines", "without the header and blank ones"),
    number_of("added", "new entries"),
    number_of("changed", "entries that are others now"),
    number_of("rejected", "that are no addresses, or wrong in another way"),
    {.name = "first_rejected",
     .about = "the first hundred of them, with the reasons",
     .kind = value_kind::texts,
     .rule = text_rule::free,
     .required = true},
};

} // namespace

const schema new_identity{"new_identity", "A sender domain to add.", new_identity_fields};
const schema new_sender{"new_sender", "A sender address to add.", new_sender_fields};
const schema sender_password{"sender_password", "A password to set.", sender_password_fields};
const schema identity{"identity", "A sender domain.", identity_fields};
const schema sender{"sender", "A sender address.", sender_fields};
const schema new_suppression{"new_suppression", "An address not to be sent to.",
                             new_suppression_fields};
const schema suppression_query{"suppression_query", "Which part of the list.",
                               suppression_query_fields};
const schema suppression{"suppression", "An address that is not sent to.", suppression_fields};
const schema suppression_import_query{"suppression_import_query", "What a list does not say.",
                                      suppression_import_query_fields};
const schema suppression_import_result{
    "suppression_import_result", "What became of the lines of a list.", suppression_import_fields};

} // namespace warmfront::admin::schemas
