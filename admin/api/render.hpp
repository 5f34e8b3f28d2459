// What actors report, as the JSON of the API.
#pragma once

#include "actors/messages/member.hpp"
#include "actors/messages/messages.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin {

[[nodiscard]] ordered_json to_json(const message_report& value);
[[nodiscard]] ordered_json to_json(const why_report& value);
[[nodiscard]] ordered_json to_json(const pool& value);
[[nodiscard]] ordered_json to_json(const plan& value);
[[nodiscard]] ordered_json to_json(const ledger_report& value);
[[nodiscard]] ordered_json to_json(const queue_report& value);
[[nodiscard]] ordered_json to_json(const key_report& value);
[[nodiscard]] ordered_json to_json(const created_key& value);
/// Without `ahead`, which the question says.
[[nodiscard]] ordered_json to_json(const batch_forecast& value);
/// What others know of a node; what only it knows itself is empty.
[[nodiscard]] ordered_json to_json(const node_report& value);

} // namespace warmfront::admin
