// What the audit log keeps of a request. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/audit_record.hpp"
#include "admin/api/route.hpp"

namespace warmfront::admin {

inline constexpr std::size_t audit_asked_octets_max = 4096;

/// Whether a route changes something: sending, looking ahead and looking at what would be do not.
[[nodiscard]] bool is_change(const route& where) noexcept;

/// What a path is about: `pools/p1/ips/192.0.2.1`, without `/v1/` and `/actions`.
[[nodiscard]] std::string audit_resource(const route& where,
                                         const std::vector<std::string>& parameters);
/// What a route without its name in the path made, as the path of such a thing names it: from the
/// answer, else from what was asked. Empty: neither has it, or the route makes nothing.
[[nodiscard]] std::string made_resource(const route& where, const json& asked,
                                        const http_response& response);

/// What was asked for, as JSON of at most `audit_asked_octets_max` octets; empty when nothing was.
/// Secrets and what is in mails are left out, long texts and lists shortened.
[[nodiscard]] std::string audit_asked(const json& query, const json& body);

/// The code of a refusal: of a problem document, or of an error of the compatible API; empty for
/// an answer that is none.
[[nodiscard]] std::string refusal_code(const http_response& response);

/// The resource that a call of the compatible API is about, from its parameters.
[[nodiscard]] std::string named_in_call(const json& parameters);

} // namespace warmfront::admin
