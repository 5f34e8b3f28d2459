// What clients send and are answered about recipient groups.
#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr field new_group_fields[] = {
    {.name = "name", .about = "its name", .rule = text_rule::title, .required = true},
    {.name = "description", .about = "what it is for", .most = 300},
};

constexpr field variable_fields[] = {
    text_of("name", "its name"),
    number_of("recipients", "that have a value for it"),
};
constexpr schema variable{"group_variable", "A variable of a group.", variable_fields};

constexpr field group_fields[] = {
    text_of("name", "its name"),
    text_of("account", "whose it is"),
    number_of("id", "its number"),
    text_of("description", "what it is for"),
    number_of("version", "grows with every import; 0: there was none yet"),
    number_of("recipients", "how many"),
    list_of("variables", "what its recipients have values for", variable),
    time_of("created_at", "when it was made"),
    time_of("changed_at", "when the version was made"),
};

constexpr field rejection_fields[] = {
    number_of("line", "where it begins"),
    text_of("reason", "why it is no recipient"),
    text_of("excerpt", "how it begins"),
};
constexpr schema rejection{"rejected_line", "A line that was left out.", rejection_fields};

constexpr field import_fields[] = {
    {.name = "group",
     .about = "the group as it is now",
     .kind = value_kind::object,
     .required = true,
     .nested = &group},
    number_of("lines", "without the header and blank ones"),
    number_of("accepted", "new recipients"),
    number_of("repeated", "that the group has already, or that come twice"),
    number_of("rejected", "that are no recipients"),
    list_of("rejections", "the first thousand of them", rejection),
    {.name = "repeated_lines",
     .about = "the first thousand of them",
     .kind = value_kind::numbers,
     .required = true},
};

constexpr field recipient_fields[] = {
    text_of("email", "the address"),
    {.name = "variables",
     .about = "its variables",
     .kind = value_kind::text_map,
     .rule = text_rule::free,
     .required = true},
};

} // namespace

const schema new_group{"new_group", "A recipient group to create.", new_group_fields};
const schema group{"group", "A named list of recipients.", group_fields};
const schema import_result{"import_result", "What became of the lines of a list.", import_fields};
const schema group_recipient{"group_recipient", "A recipient of a group.", recipient_fields};

} // namespace warmfront::admin::schemas
