// What clients send and are answered about templates.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::uint64_t texts_octets_max = 1024 * 1024;
constexpr std::uint64_t template_variables_max = 200;
constexpr std::array<std::string_view, 2> verdicts{"approve", "reject"};

constexpr field account_field{.name = "account",
                              .about = "whose it is; the key's own account by default",
                              .rule = text_rule::name};
constexpr field name_field{
    .name = "name", .about = "its name", .rule = text_rule::title, .required = true};
constexpr field version_field{.name = "version",
                              .about = "one of its versions; the current one by default",
                              .kind = value_kind::number,
                              .least = 1};
constexpr field subject_field{.name = "subject", .about = "the subject, on one line", .most = 998};
constexpr field html_field{.name = "html",
                           .about = "the body as HTML, where values are escaped",
                           .rule = text_rule::free,
                           .most = texts_octets_max};
constexpr field text_field{.name = "text",
                           .about = "the body as plain text",
                           .rule = text_rule::free,
                           .most = texts_octets_max};

constexpr field new_template_fields[] = {name_field, subject_field, html_field, text_field};
constexpr field changed_template_fields[] = {subject_field, html_field, text_field};
constexpr field template_value_fields[] = {
    {.name = "variables",
     .about = "what the names stand for",
     .kind = value_kind::text_map,
     .most = template_variables_max},
    version_field,
};
constexpr field template_action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = text_rule::choice,
     .required = true,
     .choices = verdicts},
    {.name = "reason", .about = "why it is rejected", .most = 500},
};

constexpr field account_query_fields[] = {account_field};
constexpr field account_page_fields[] = {
    account_field,
    {.name = "limit",
     .about = "how many items at most",
     .kind = value_kind::number,
     .least = 1,
     .most = 500},
    {.name = "after", .about = "the `next` of the page before", .most = 600},
};
constexpr field template_query_fields[] = {account_field, version_field};

constexpr field texts_of(std::string_view name, std::string_view about) {
  return {.name = name,
          .about = about,
          .kind = value_kind::texts,
          .rule = text_rule::free,
          .required = true};
}
constexpr auto required_names = texts_of("required", "names that need a value");
constexpr auto optional_names = texts_of("optional", "names that only sections ask for");

constexpr field version_fields[] = {
    number_of("version", "its number, from 1"),
    time_of("created_at", "when it was made"),
    number_of("octets", "of its texts"),
    required_names,
    optional_names,
};
constexpr schema version{"template_version", "A version of a template.", version_fields};

constexpr field summary_fields[] = {
    text_of("name", "its name"),
    text_of("account", "whose it is"),
    number_of("id", "its number"),
    text_of("state", "approved, waiting (for its review) or rejected"),
    text_of("reason", "why it was rejected"),
    time_of("created_at", "when it was made"),
    time_of("changed_at", "when the current version was made"),
    number_of("version", "the current version"),
    required_names,
    optional_names,
};
constexpr field whole_fields[] = {
    summary_fields[0],
    summary_fields[1],
    summary_fields[2],
    summary_fields[3],
    summary_fields[4],
    summary_fields[5],
    summary_fields[6],
    summary_fields[7],
    summary_fields[8],
    summary_fields[9],
    number_of("shown_version", "the version whose texts are shown"),
    text_of("subject", "the subject"),
    text_of("html", "the body as HTML"),
    text_of("text", "the body as plain text"),
    list_of("versions", "all versions, oldest first", version),
};
constexpr field rendered_fields[] = {
    text_of("subject", "the subject"),
    text_of("html", "the body as HTML"),
    text_of("text", "the body as plain text"),
};

} // namespace

const schema account_query{"account_query", "Whose it is.", account_query_fields};
const schema account_page_query{"account_page_query", "Which part of a list, and whose.",
                                account_page_fields};
const schema template_query{"template_query", "Whose it is, and which version.",
                            template_query_fields};
const schema new_template{"new_template", "A template to create.", new_template_fields};
const schema changed_template{"changed_template", "A new version of a template.",
                              changed_template_fields};
const schema template_values{"template_values", "Values to see a template with.",
                             template_value_fields};
const schema template_action{"template_action", "A review of a template.", template_action_fields};
const schema template_summary{"template", "What a kind of mail says.", summary_fields};
const schema template_whole{"template_with_texts", "A template with its texts.", whole_fields};
const schema rendered_template{"rendered_template", "What a recipient would get.", rendered_fields};

} // namespace warmfront::admin::schemas
