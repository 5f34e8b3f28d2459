// Parameters as forms and queries carry them: `Datas.3.Email=ada%40example.net`. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "admin/api/json.hpp"
#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

/// Decoded, in the octet order of their names, which is the order in which they are signed.
using flat_parameters = std::map<std::string, std::string, std::less<>>;

inline constexpr std::size_t flat_parameters_max = 65'536;
/// Parts of one name: `Datas.3.Email` has three.
inline constexpr std::size_t flat_depth_max = 8;

/// Reads a query or a body of `application/x-www-form-urlencoded`; `+` is a blank, too.
/// @returns `InvalidParameter` for a bad escape, what is not UTF-8, a name given twice, and more
/// than `flat_parameters_max` parameters.
[[nodiscard]] checked<flat_parameters> parse_form(std::string_view text);

/// Makes an object of them, with texts at its leaves. What has only the names `0`, `1`, `2`, ...
/// becomes an array; their order does not matter. Costs n log n.
/// @returns `InvalidParameter` for an array with a gap, a parameter that has both a value and
/// parts, and names with more than `flat_depth_max` parts.
[[nodiscard]] checked<json> nest(const flat_parameters& parameters);

} // namespace warmfront::admin::tencent
