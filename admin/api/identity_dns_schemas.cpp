// What clients send and are answered about keys and records of sender domains.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::array<std::string_view, 2> key_algorithms{"rsa-sha256", "ed25519-sha256"};

constexpr field is_so(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .kind = value_kind::truth, .required = true};
}

constexpr field record_fields[] = {
    text_of("purpose", "what it is for: dkim, spf, dmarc, return_path, tracking or fcrdns"),
    text_of("type", "TXT, MX, CNAME or PTR"),
    text_of("name", "where it is to be"),
    text_of("expected", "what is to be there"),
    text_of("found", "what was found there; empty: nothing, or nobody has looked"),
    is_so("right", "whether that is right"),
    is_so("required", "whether the domain is only verified with it"),
    text_of("why", "what is wrong, and what to do; empty when it is right"),
};
constexpr field key_fields[] = {
    text_of("selector", "its name"),
    text_of("algorithm", "rsa-sha256 or ed25519-sha256"),
    text_of("state", "pending, active, retiring or retired"),
    time_of("created_at", "when it was made"),
    time_of("changed_at", "since when it has its state"),
    text_of("why", "what is wrong with its record; empty: nothing"),
};
constexpr field dns_fields[] = {
    text_of("domain", "the domain"),
    is_so("verified", "whether mail may be sent from it"),
    time_of("checked_at", "when the DNS was asked last; null: not yet", true),
    list_of("records", "what to publish", dns_record),
    text_of("zone", "the same as lines of a zone file"),
};
constexpr field change_fields[] = {
    {.name = "return_path", .about = "where bounces go: a name below the domain", .most = 255},
    {.name = "tracking_host",
     .about = "where links lead: a name of the domain; empty: to the node's own",
     .most = 255},
};
constexpr field new_key_fields[] = {
    {.name = "algorithm",
     .about = "of a key to be made; rsa-sha256 by default",
     .rule = text_rule::choice,
     .choices = key_algorithms},
    {.name = "selector", .about = "its name; one is chosen by default", .most = 63},
    {.name = "private_key",
     .about = "a key to import, as PEM; one is made by default",
     .rule = text_rule::free,
     .most = 8 * 1024},
};
constexpr field check_fields[] = {
    {.name = "pool",
     .about = "the pool that a batch would leave from; the shared one by default",
     .rule = text_rule::name},
    {.name = "from_domain",
     .about = "of its author: this domain or one below it; this one by default",
     .most = 255},
};
constexpr field rule_fields[] = {
    text_of("name", "dkim, spf, dmarc, one_click, fcrdns or tls"),
    is_so("met", "whether it is met"),
    text_of("why", "what was found"),
    {.name = "publish",
     .about = "what would meet it; null: no record alone",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &dns_record},
};
constexpr schema sending_rule_row{"sending_rule", "What large receivers demand of bulk senders.",
                                  rule_fields};
constexpr field sending_check_fields[] = {
    is_so("met", "whether all are met"),
    list_of("rules", "each of them", sending_rule_row),
};

} // namespace

const schema dns_record{"dns_record", "A record to publish.", record_fields};
const schema identity_key{"identity_key", "A key that mail is signed with (DKIM).", key_fields};
const schema identity_dns{"identity_dns", "What to publish for a sender domain.", dns_fields};
const schema changed_identity{"changed_identity", "What to change of a sender domain.",
                              change_fields};
const schema new_identity_key{"new_identity_key", "A key to begin to sign with.", new_key_fields};
const schema sending_question{"sending_question", "A batch that might be sent.", check_fields};
const schema sending_check{"sending_check", "Whether large receivers would take a batch.",
                           sending_check_fields};

} // namespace warmfront::admin::schemas
