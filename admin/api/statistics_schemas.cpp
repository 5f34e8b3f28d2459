// Schemas of statistics.
#include <algorithm>
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr field counted_text(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .rule = text_rule::free};
}
constexpr field percent_of(std::string_view name, std::string_view about) {
  return {.name = name,
          .about = about,
          .kind = value_kind::decimal,
          .required = true,
          .nullable = true,
          .most = 100};
}

constexpr field query_fields[] = {
    {.name = "account",
     .about = "whose it is; the key's own account by default",
     .rule = text_rule::name},
    {.name = "from",
     .about = "the first day (UTC); 29 days before the last by default",
     .rule = text_rule::date},
    {.name = "to", .about = "the last day; today by default", .rule = text_rule::date},
    {.name = "by",
     .about =
         "what a row is of: day (the default), domain, provider, ip, task, template, or several"
         " of them with commas; receiver alone or with day and domain",
     .most = 100},
    {.name = "domain", .about = "only of this sender domain", .rule = text_rule::subject},
    {.name = "receiver", .about = "only to this domain", .rule = text_rule::subject},
    {.name = "provider", .about = "only by this receiving provider, as gmail"},
    {.name = "ip", .about = "only from this IP", .rule = text_rule::ip},
    {.name = "task", .about = "only of the task of this number", .kind = value_kind::number},
    {.name = "template", .about = "only from this template"},
    {.name = "limit",
     .about = "the most rows of a page",
     .kind = value_kind::number,
     .least = 1,
     .most = 500},
    {.name = "after", .about = "the `next` of the page before", .most = 600},
};

constexpr std::array split_fields = {
    field{.name = "day", .about = "what the row is of", .rule = text_rule::date},
    counted_text("domain", "the same: the sender's domain"),
    counted_text("receiver", "the same: the recipients' domain"),
    counted_text("provider", "the same: who received it; other for those without a name, empty "
                             "before there was an attempt"),
    counted_text("ip", "the same: the IP it left from; empty before there was an attempt"),
    field{.name = "task",
          .about = "the same: the task's number; null: of none",
          .kind = value_kind::number,
          .nullable = true},
    counted_text("template", "the same: the template; empty: none"),
};

constexpr std::array count_schema_fields = {
    number_of("requests", "recipients asked for"),
    number_of("accepted", "of them, to be sent"),
    number_of("delivered", "taken by their receiver"),
    number_of("bounced", "refused for good, at once or later"),
    number_of("expired", "given up"),
    number_of("suppressed", "not to be sent"),
    number_of("cancelled", "by hand"),
    number_of("deferred", "attempts that failed and were to be repeated"),
    number_of("invalid", "of the bounced: there is no such recipient"),
    number_of("spam", "of the bounced: refused as spam, or for the sender's reputation"),
    number_of("opened", "how often, by people as far as it can be told"),
    number_of("opened_unique", "recipients who opened"),
    number_of("opened_automated", "how often, by programs"),
    number_of("clicked", "how often, by people as far as it can be told"),
    number_of("clicked_unique", "recipients who clicked"),
    number_of("clicked_automated", "how often, by programs"),
    number_of("complained", "recipients who reported it as unwanted"),
    number_of("unsubscribed", "recipients who want no more"),
    percent_of("delivered_percent", "of the delivered, bounced and expired"),
    percent_of("bounced_percent", "of the same"),
    percent_of("opened_percent", "of the delivered: recipients who opened"),
    percent_of("clicked_percent", "of the delivered: recipients who clicked"),
    percent_of("complained_percent", "of the delivered"),
    percent_of("unsubscribed_percent", "of the delivered"),
};

/// One table behind the other.
template <std::size_t First, std::size_t Second>
constexpr auto joined(const std::array<field, First>& first,
                      const std::array<field, Second>& second) {
  std::array<field, First + Second> all{};
  std::copy(first.begin(), first.end(), all.begin());
  std::copy(second.begin(), second.end(), all.begin() + First);
  return all;
}
constexpr auto row_fields = joined(split_fields, count_schema_fields);

} // namespace

const schema counts{"counts", "What became of mail.", count_schema_fields};
const schema statistics_query{"statistics_query", "Which days, and of what.", query_fields};
const schema statistics_row{"statistics_row", "What became of mail.", row_fields};

} // namespace warmfront::admin::schemas
