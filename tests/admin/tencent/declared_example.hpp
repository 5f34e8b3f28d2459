// Objects made from the rows of the action table.
#pragma once

#include <random>
#include <string>

#include "admin/api/json.hpp"
#include "admin/tencent/action_table.hpp"
#include "admin/tencent/flat_parameters.hpp"

namespace warmfront::testing {

/// A random object that obeys a declaration; optional parameters are there or not.
[[nodiscard]] admin::json declared_example(const admin::tencent::parameter_list& declared,
                                           std::mt19937& random);

/// A random text of ASCII and beyond, with all that forms have to escape; may be empty.
[[nodiscard]] std::string random_text(std::mt19937& random);

/// An object as SDKs put it into a form, before encoding: `{"A":[1]}` is `A.0=1`.
void flatten(const admin::json& value, const std::string& name,
             admin::tencent::flat_parameters& to);
/// What `flatten` makes of a whole object, percent-encoded.
[[nodiscard]] std::string to_form(const admin::json& object);

} // namespace warmfront::testing
