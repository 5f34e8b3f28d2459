// What clients send and are answered about who sends, who is not sent to, and what became of mail.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::uint64_t address_octets_max = 320;
constexpr std::array<std::string_view, 4> suppression_reasons{"manual", "hard_bounce", "complaint",
                                                              "unsubscribe"};
constexpr std::array<std::string_view, 3> row_kinds{"day", "domain", "receiver"};

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
constexpr field dns_fields[] = {
    text_of("purpose", "what it is for: spf, dmarc or mx"),
    text_of("type", "TXT or MX"),
    text_of("name", "where it is to be"),
    text_of("expected", "what is to be there"),
    text_of("found", "what was found there; empty: nobody has looked"),
    truth_of("right", "whether that is right"),
};
constexpr schema dns_record{"dns_record", "A record to publish.", dns_fields};
constexpr field identity_fields[] = {
    text_of("domain", "the domain, in A-labels"),
    text_of("account", "whose it is"),
    time_of("created_at", "when it was added"),
    truth_of("verified", "whether its records were found; this release does not look"),
    number_of("senders", "how many addresses it has"),
    {.name = "tags",
     .about = "notes of your own",
     .kind = value_kind::text_map,
     .rule = text_rule::free,
     .required = true},
    list_of("records", "what to publish in the DNS", dns_record),
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

constexpr field statistics_query_fields[] = {
    of_account,
    {.name = "from",
     .about = "the first day (UTC); 29 days before the last by default",
     .rule = text_rule::date},
    {.name = "to", .about = "the last day; today by default", .rule = text_rule::date},
    {.name = "by",
     .about = "what a row is of; day by default",
     .rule = text_rule::choice,
     .choices = row_kinds},
    {.name = "domain", .about = "only of this sender domain", .rule = text_rule::subject},
    {.name = "receiver", .about = "only to this domain", .rule = text_rule::subject},
    list_limit,
    list_after,
};
constexpr field row_fields[] = {
    {.name = "day", .about = "what the row is of", .rule = text_rule::date},
    {.name = "domain", .about = "the same: the sender's domain", .rule = text_rule::free},
    {.name = "receiver", .about = "the same: the recipients' domain", .rule = text_rule::free},
    number_of("requests", "recipients asked for"),
    number_of("accepted", "of them, to be sent"),
    number_of("delivered", "taken by their receiver"),
    number_of("bounced", "refused for good"),
    number_of("expired", "given up"),
    number_of("suppressed", "not to be sent"),
    number_of("cancelled", "by hand"),
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
const schema statistics_query{"statistics_query", "Which days, and of what.",
                              statistics_query_fields};
const schema statistics_row{"statistics_row", "What became of mail.", row_fields};

} // namespace warmfront::admin::schemas
